// All cases: by topic, and by what a reader looks for. Drawn as they are asked for;
// there are thousands.
import * as api from './api.js';
import { h, fill, shown, plural } from './text.js';
import { entitle, quietly } from './router.js';

const PAGE = 60; // groups of cases that are drawn at once

const WHERE = { here: 'your browser', headless: 'headless', not: 'not here' };

export async function catalogue(rest, { main, signal }) {
  const { topics } = await api.catalogue();
  if (signal.aborted) return;
  entitle('Catalogue');
  const groups = topics.flatMap(grouped);
  const total = topics.reduce((n, t) => n + t.cases.length, 0);
  const asked = new URLSearchParams(rest);

  const search = h('input', { type: 'search', id: 'search', placeholder: 'Search titles, ids, ways to load', value: asked.get('q') || '', autocomplete: 'off', spellcheck: 'false', oninput: () => look() });
  const where = h('select', { id: 'where', onchange: () => look() }, h('option', { value: '' }, 'everywhere'), Object.entries(WHERE).map(([value, word]) => h('option', { value, selected: asked.get('where') === value }, word)));
  const found = h('p', { class: 'muted', id: 'found', role: 'status' });
  const list = h('div', { id: 'cases' });

  fill(main, h('div', { class: 'catalogue column wide' },
    h('h1', null, 'Catalogue'),
    h('p', { class: 'lead' }, 'What browsers do, case by case. Each opens in the playground.'),
    h('form', { class: 'find', role: 'search', onsubmit: (e) => e.preventDefault() },
      h('div', { class: 'field' }, h('label', { for: 'search' }, 'Search'), search),
      h('div', { class: 'field' }, h('label', { for: 'where' }, 'Runs in'), where)),
    found, list));

  function look() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const want = where.value;
    const query = new URLSearchParams([...(search.value ? [['q', search.value]] : []), ...(want ? [['where', want]] : [])]).toString();
    quietly(query ? `#/catalogue/${query}` : '#/catalogue');
    if (!words.length && !want) {
      found.textContent = `${plural(total, 'case')} in ${plural(topics.length, 'topic')}`;
      fill(list, topics.map(folded));
      return;
    }
    const hits = groups.map((g) => ({ ...g, cases: g.cases.filter((c) => (!want || c.where === want) && words.every((w) => (g.text + c.text).includes(w))) })).filter((g) => g.cases.length);
    const n = hits.reduce((sum, g) => sum + g.cases.length, 0);
    found.textContent = n ? `${n} of ${plural(total, 'case')}` : 'No case has all of these words.';
    fill(list, some(hits, 0, true));
  }

  function folded(topic) {
    const inside = h('div');
    const details = h('details', { class: 'topic', 'data-topic': topic.topic, ontoggle: () => {
      if (details.open && !inside.firstChild) fill(inside, some(grouped(topic), 0, false));
    } }, h('summary', null, h('b', null, topic.topic), h('span', { class: 'about' }, shown(topic.about)), h('span', { class: 'count' }, String(topic.cases.length), h('span', { class: 'sr' }, ' cases'))), inside);
    return details;
  }
  look();
}

// grouped puts the cases of a topic that share a title together.
function grouped({ topic, cases }) {
  const byTitle = new Map();
  for (const c of cases) {
    if (!byTitle.has(c.title)) byTitle.set(c.title, { topic, title: c.title, text: `${topic} ${c.title} `.toLowerCase(), cases: [] });
    byTitle.get(c.title).cases.push({ ...c, text: `${c.id} ${c.via}`.toLowerCase() });
  }
  return [...byTitle.values()];
}

// some draws groups from one on; a button draws more.
function some(groups, from, named) {
  const end = from + PAGE;
  const rows = h('ul', { class: 'cases' }, groups.slice(from, end).map((g) => row(g, named)));
  if (groups.length <= end) return [rows];
  const more = h('button', { type: 'button', class: 'quiet', onclick: () => {
    const [next, ...rest] = some(groups, end, named);
    more.replaceWith(next, ...rest);
    next.querySelector('a').focus();
  } }, `Show more (${groups.length - end})`);
  return [rows, more];
}

function row(group, named) {
  const base = shared(group.cases.map((c) => c.id));
  return h('li', null,
    h('p', { class: 'title' }, named ? h('span', { class: 'muted' }, `${group.topic} · `) : null, shown(group.title)),
    h('ul', { class: 'links' }, group.cases.map((c) => h('li', null,
      h('a', { href: `#/case/${c.id}`, 'data-id': c.id, 'data-where': c.where }, h('span', { class: 'sr' }, `${base}/`), shown(c.id.slice(base.length + 1) || c.id)),
      c.where !== 'here' ? h('span', { class: 'place' }, WHERE[c.where] || c.where) : null))));
}

// shared is the beginning that ids have in common, up to a slash.
function shared(ids) {
  const parts = ids.map((id) => id.split('/'));
  let n = 0;
  while (n < parts[0].length - 1 && parts.every((p) => p[n] === parts[0][n])) n++;
  return parts[0].slice(0, n).join('/');
}
