// The course: its lessons as a path.
import * as api from './api.js';
import * as store from './store.js';
import { h, fill, icon, plural, shown, inline } from './text.js';
import { chip, code, known } from './origins.js';
import { entitle } from './router.js';

export async function home(rest, { main, signal }) {
  const { lessons } = await api.course();
  if (signal.aborted) return;
  entitle('');
  const p = store.progress();
  const done = lessons.reduce((n, l) => n + store.doneOf(l, p), 0);
  const all = lessons.reduce((n, l) => n + l.steps.length, 0);
  const resume = resumeAt(lessons, p);
  fill(main,
    h('div', { class: 'hero column' },
      h('h1', null, 'Why did the browser block that?'),
      h('p', { class: 'lead' }, 'See the same-origin rules at work, in your own browser, with real servers. Predict what happens, run it, and look at every message that went over the wire.'),
      resume ? h('p', { class: 'actions' },
        h('a', { class: 'button primary', id: 'resume', href: `#/lesson/${resume.lesson.id}/${resume.step.id}` }, done ? 'Go on: ' : 'Begin: ', resume.step.title, icon('v-right')),
        done ? h('span', { class: 'muted' }, `${done} of ${all} steps done`) : null) : null),
    h('section', { class: 'column', 'aria-labelledby': 'path' },
      h('h2', { id: 'path' }, 'The course'),
      h('ol', { class: 'path' }, lessons.map((l, i) => entry(l, i, p)))),
    h('section', { class: 'column doors', 'aria-label': 'More' },
      h('a', { class: 'door', href: '#/play' }, h('b', null, 'Playground'), h('span', null, 'Choose origins, headers and answers; change one thing and see what it changes.')),
      h('a', { class: 'door', href: '#/catalogue' }, h('b', null, 'Catalogue'), h('span', null, 'Every case that corsproof knows, each to be run and changed.'))),
    h('section', { class: 'column', 'aria-labelledby': 'cast' },
      h('h2', { id: 'cast' }, 'The origins'),
      h('p', { class: 'muted' }, 'All of them are servers on this machine. Each keeps its colour and its shape wherever it stands; below it is how app sees it.'),
      h('ul', { class: 'cast' }, known().map((o) => h('li', null, chip(o.origin, { named: true }), h('span', { class: 'muted' }, shown(o.relation)))))),
    done ? h('p', { class: 'column' }, h('button', { type: 'button', class: 'quiet', id: 'forget', onclick: () => {
      if (!confirm('Forget which steps are done?')) return;
      store.forget();
      home(rest, { main, signal });
    } }, 'Forget my progress')) : null);
}

// resumeAt is where the reader was, or the first step that is not done.
function resumeAt(lessons, p) {
  const steps = lessons.flatMap((lesson) => lesson.steps.map((step) => ({ lesson, step, key: `${lesson.id}/${step.id}` })));
  const at = steps.findIndex((s) => s.key === p.last);
  return steps.slice(Math.max(at, 0)).find((s) => !p.done[s.key]) || steps.find((s) => !p.done[s.key]) || steps[0];
}

function entry(lesson, i, p) {
  const n = store.doneOf(lesson, p);
  const whole = n === lesson.steps.length;
  const to = lesson.steps.find((s) => !p.done[`${lesson.id}/${s.id}`]) || lesson.steps[0];
  const bar = h('span', { class: 'gauge', 'aria-hidden': 'true' }, lesson.steps.map((s) => h('i', { class: p.done[`${lesson.id}/${s.id}`] || null })));
  return h('li', { class: whole ? 'whole' : n ? 'begun' : null, 'data-lesson': lesson.id },
    h('span', { class: 'node', 'aria-hidden': 'true' }, whole ? icon('v-pass') : String(i + 1)),
    h('div', null,
      h('h3', null, h('a', { href: `#/lesson/${lesson.id}/${to.id}` }, shown(lesson.title))),
      h('p', { class: 'about' }, inline(lesson.about, code)),
      h('p', { class: 'facts' }, bar, h('span', null, n ? `${n} of ${plural(lesson.steps.length, 'step')}` : plural(lesson.steps.length, 'step')), lesson.minutes ? h('span', null, `${lesson.minutes} min`) : null)));
}
