// "Copy as": the scenario in other languages.
import { h, fill, copyButton, shown } from './text.js';

// copyAs is a button and the panel that it opens.
export function copyAs() {
  let texts = [], chosen = 0;
  const panel = h('section', { class: 'copies', id: 'copies', 'aria-label': 'Copy as', hidden: true });
  const button = h('button', { type: 'button', class: 'quiet', id: 'copy-as', 'aria-expanded': 'false', 'aria-controls': 'copies', onclick: () => {
    panel.hidden = !panel.hidden;
    button.setAttribute('aria-expanded', String(!panel.hidden));
    paint();
  } }, 'Copy as …');

  function paint() {
    if (panel.hidden) return;
    chosen = Math.min(chosen, Math.max(0, texts.length - 1));
    const one = texts[chosen];
    const pre = h('pre', { tabindex: '0', 'aria-label': one ? one.name : null }, one ? shown(one.text) : '');
    const shownText = h('div', { class: 'copied' }, pre, one ? copyButton('Copy', () => texts[chosen].text, pre) : null);
    fill(panel, h('div', { class: 'tabs', role: 'radiogroup', 'aria-label': 'Language' }, texts.map((t, i) => h('label', null,
      h('input', { type: 'radio', name: 'copy-as', checked: i === chosen, 'data-copy': t.name, onchange: () => {
        chosen = i;
        paint();
        panel.querySelectorAll('input')[i].focus();
      } }), h('span', null, t.name)))),
    texts.length ? shownText : h('p', { class: 'muted' }, 'There is nothing to copy yet.'));
  }
  return { button, panel, set: (list) => { texts = list; paint(); } };
}
