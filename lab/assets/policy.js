// The server's headers by policy: what is meant, and a correct server's headers for
// it.
import * as api from './api.js';
import { h, fill } from './text.js';

const list = (text) => text.split(/[\s,]+/).filter(Boolean);

let forms = 0;

export function policyForm({ origin, apply }) {
  const prefix = `policy${++forms}`;
  const field = (key, label, placeholder, value = '') => h('div', { class: 'field' }, h('label', { for: `${prefix}-${key}` }, label),
    h('input', { type: 'text', id: `${prefix}-${key}`, 'data-policy': key, placeholder, value, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off' }));
  const value = (key) => form.querySelector(`[data-policy="${key}"]`).value;
  const notes = h('div', { class: 'notes', 'aria-live': 'polite' });
  const form = h('div', { class: 'policy', role: 'group', 'aria-label': 'A policy' },
    field('origins', 'Who may read', 'origins, or *', origin()),
    field('methods', 'Methods', 'GET PUT DELETE'),
    field('requestHeaders', 'Headers it may send', 'Content-Type X-Token, or *'),
    field('exposeHeaders', 'Headers it may read', 'X-Total'),
    h('div', { class: 'row' },
      h('div', { class: 'field check' }, h('input', { type: 'checkbox', id: `${prefix}-credentials` }), h('label', { for: `${prefix}-credentials` }, 'with credentials')),
      field('maxAge', 'Max age (s)', '600')),
    h('button', { type: 'button', class: 'quiet', 'data-policy-apply': '', onclick: use }, 'Use these headers'), notes);

  async function use() {
    fill(notes);
    try {
      const answer = await api.policy({
        origins: list(value('origins')), methods: list(value('methods')), requestHeaders: list(value('requestHeaders')), exposeHeaders: list(value('exposeHeaders')),
        credentials: form.querySelector('[type=checkbox]').checked, maxAge: Number(value('maxAge')) || 0,
      });
      apply(answer);
      fill(notes, h('ul', null, (answer.notes || []).map((n) => h('li', null, n))));
    } catch (error) {
      fill(notes, h('p', { class: 'wrong' }, error.message), (error.problems || []).map((p) => h('p', { class: 'wrong' }, p.message)));
    }
  }
  return form;
}
