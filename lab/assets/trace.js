// The standard's algorithm, step by step, as the oracle took it.
import { h, link, shown, sr, icon } from './text.js';

// What a step is called that says why the outcome is what it is, where none failed.
const DECIDES = ['CORS check', 'origin-clean flag', 'origin-clean flag of a style sheet', 'CORS-preflight fetch', 'filtered response', 'main fetch'];

// deciding is the step that the outcome hangs on: the one that failed, or else the
// last of those that decide.
export function deciding(course) {
  const steps = (course && course.trace) || [];
  const failed = steps.findLastIndex((s) => s.fails);
  if (failed >= 0) return { step: steps[failed], index: failed };
  const order = course.read === 'opaque' ? ['origin-clean flag', 'origin-clean flag of a style sheet', 'filtered response', 'main fetch'] : DECIDES;
  for (const name of order) {
    const index = steps.findLastIndex((s) => s.algorithm === name);
    if (index >= 0) return { step: steps[index], index };
  }
  return steps.length ? { step: steps.at(-1), index: steps.length - 1 } : null;
}

export function stepAbout(course, algorithm) {
  const steps = (course && course.trace) || [];
  const index = steps.findLastIndex((s) => s.algorithm === algorithm);
  return index < 0 ? null : { step: steps[index], index };
}

// trace lists the steps; the deciding one is marked.
export function trace(course) {
  const mark = deciding(course);
  const sent = (request) => h('p', { class: 'sent' }, icon('v-right'), sr('It sends '), h('b', null, shown(request.method)), ' ', shown(request.url));
  return h('ol', { class: 'trace' }, (course.trace || []).map((t, i) => {
    const decides = mark && mark.index === i;
    return h('li', { class: [t.fails && 'fails', decides && 'decides'].filter(Boolean).join(' ') || null, 'data-trace': i + 1 },
      h('p', { class: 'of' }, link(t.spec, t.algorithm, 'algorithm'),
        t.hop ? h('span', { class: 'hop' }, `after redirect ${t.hop}`) : null,
        decides ? h('span', { class: 'badge' }, t.fails ? 'ends here' : 'decides') : null),
      h('p', null, shown(t.text)),
      (t.wire || []).map((w) => (course.wire || [])[w]).filter(Boolean).map((e) => sent(e.request)));
  }));
}
