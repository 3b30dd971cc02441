// What a change changed: the settings, the outcome, the wire and the standard's
// steps of two runs, held against each other.
import { h, shown, glyph, sr } from './text.js';
import { local } from './origins.js';
import * as scenarios from './scenario.js';

// difference shows two runs {scenario, result, n}; null where there is but one.
export function difference(before, after) {
  if (!before) return null;
  const named = after.result.where === 'here' ? local : String;
  const changes = settings(before.scenario, after.scenario);
  const parts = [];
  const n = Math.max(before.result.steps.length, after.result.steps.length);
  for (let i = 0; i < n; i++) {
    const [a, b] = [before.result.steps[i], after.result.steps[i]];
    if (!a || !b) continue;
    const of = n > 1 ? ` of request ${i + 1}` : '';
    if (outcome(a) !== outcome(b)) {
      parts.push(h('div', { class: 'changed', 'data-changed': 'outcome' }, h('h3', null, `The outcome${of}`),
        h('p', null, h('del', null, sr('before: '), glyph(a.read), outcome(a)), ' ', h('ins', null, sr('now: '), glyph(b.read), outcome(b)))));
    }
    parts.push(lines('wire', `The wire${of}`, wireLines(a), wireLines(b)), lines('trace', `The standard’s steps${of}`, traceLines(a), traceLines(b), true));
  }
  const real = parts.filter(Boolean);
  return h('section', { class: 'difference', 'aria-labelledby': 'difference', 'data-difference': '' },
    h('h2', { id: 'difference' }, `Run ${before.n} and run ${after.n}`),
    h('div', { class: 'changed', 'data-changed': 'settings' }, h('h3', null, 'You changed'),
      changes.length ? h('ul', null, changes.map((c) => h('li', null, h('span', { class: 'key' }, c.key), ' ',
        c.before !== undefined ? h('del', null, sr('before: '), shown(named(c.before))) : null, ' ', c.after !== undefined ? h('ins', null, sr('now: '), shown(named(c.after))) : h('span', { class: 'muted' }, 'taken away')))) : h('p', { class: 'muted' }, 'Nothing.')),
    real.length ? real : h('p', { class: 'muted', 'data-changed': 'nothing' }, 'And it changed nothing: the same outcome, by the same steps, over the same wire.'));
}

const outcome = (seen) => (seen.timedOut ? 'nothing in time' : [seen.read, seen.reason].filter(Boolean).join(', '));

// settings lists what differs between two scenarios, flat.
export function settings(a, b) {
  const [x, y] = [flat(a), flat(b)];
  const out = [];
  for (const key of new Set([...x.keys(), ...y.keys()])) {
    if (x.get(key) !== y.get(key)) out.push({ key, before: x.get(key), after: y.get(key) });
  }
  return out;
}

const IGNORED = /^(id|title|why|spec|expect)$/;

function flat(scenario) {
  const out = new Map();
  const walk = (path, value) => {
    if (path.at(-1) === 'headers') {
      const byName = new Map();
      for (const [name, v] of scenarios.pairs(value)) byName.set(name, byName.has(name) ? `${byName.get(name)}, then ${v}` : v);
      for (const [name, v] of byName) out.set([...path.slice(0, -1), name].join(' › '), v);
    } else if (value !== null && typeof value === 'object') {
      for (const [key, v] of Object.entries(value)) walk([...path, Array.isArray(value) ? String(Number(key) + 1) : key], v);
    } else if (value !== undefined) {
      out.set(path.join(' › '), String(value));
    }
  };
  for (const [key, value] of Object.entries(scenario)) if (!IGNORED.test(key)) walk([key], value);
  return out;
}

// The headers of a message that the rules hang on; others change by themselves.
const TOLD = /^(origin|access-control-.*|vary|location|cookie|set-cookie|content-type|cross-origin-.*)$/i;
const told = (headers) => (headers || []).filter(([name]) => TOLD.test(name)).map(([name, value]) => `    ${name}: ${value}`);

const wireLines = (seen) => (seen.wire || []).flatMap((e) => [
  `→ ${e.method} ${e.at}${e.path}`, ...told(e.headers),
  `← ${e.reply && e.reply.status ? e.reply.status : 'no answer'}`, ...told(e.reply && e.reply.headers)]);

const traceLines = (seen) => ((seen.standard && seen.standard.trace) || []).map((t) => `${t.algorithm}: ${t.text}`);

// lines shows two lists with what was taken out and put in; null where they agree.
// Folded, it waits to be asked for.
function lines(what, title, a, b, folded = false) {
  const rows = align(a, b);
  if (rows.every((r) => r.kind === 'same')) return null;
  // Only a line of what stayed on each side of what did not.
  const near = rows.map((r, i) => r.kind !== 'same' || (rows[i - 1] && rows[i - 1].kind !== 'same') || (rows[i + 1] && rows[i + 1].kind !== 'same'));
  const list = h('ul', { class: 'lines-of' });
  rows.forEach((r, i) => {
    if (near[i]) list.append(h('li', { class: r.kind }, r.kind === 'same' ? shown(r.text) : h(r.kind === 'out' ? 'del' : 'ins', null, sr(r.kind === 'out' ? 'before: ' : 'now: '), shown(r.text))));
    else if (i === 0 || near[i - 1]) list.append(h('li', { class: 'gap', 'aria-hidden': 'true' }, '⋯'));
  });
  return folded ? h('details', { class: 'changed', 'data-changed': what }, h('summary', null, h('h3', null, title)), list)
    : h('div', { class: 'changed', 'data-changed': what }, h('h3', null, title), list);
}

// align is the longest common subsequence, as rows.
export function align(a, b) {
  const best = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) best[i][j] = a[i] === b[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
  }
  const rows = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      rows.push({ kind: 'same', text: a[i] });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && best[i + 1][j] >= best[i][j + 1])) {
      rows.push({ kind: 'out', text: a[i++] });
    } else {
      rows.push({ kind: 'in', text: b[j++] });
    }
  }
  return rows;
}
