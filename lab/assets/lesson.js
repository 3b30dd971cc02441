// A step of a lesson: a short text, the scene, a prediction, the run, and what
// happened.
import * as api from './api.js';
import * as store from './store.js';
import { h, fill, prose, icon } from './text.js';
import { code } from './origins.js';
import { entitle } from './router.js';
import { predict, verdicts, mirror } from './predict.js';
import { bench, reveal, install } from './bench.js';
import { result } from './result.js';

export async function lesson(rest, { main, signal }) {
  const { lessons } = await api.course();
  const [id, stepID] = rest.split('/');
  const n = lessons.findIndex((l) => l.id === id);
  if (n < 0) throw new Error(`There is no lesson ${id}.`);
  const here = lessons[n];
  const i = stepID ? here.steps.findIndex((s) => s.id === stepID) : 0;
  if (i < 0) throw new Error(`The lesson ${here.title} has no step ${stepID}.`);
  const step = here.steps[i];
  const [lab, shown, plan] = await Promise.all([api.lab(), api.caseOf(step.case), api.plan({ id: step.case }, signal)]);
  if (signal.aborted) return;
  entitle(`${step.title} · ${here.title}`);
  store.visit(here.id, step.id);

  const missing = plan.where === 'headless' ? install(lab) : null;
  const several = plan.steps.length > 1;
  const work = bench({ subject: { id: step.case }, plan, scenario: shown.scenario, signal });
  // What no event tells a page cannot be predicted as what script gets.
  const ask = (step.ask || []).filter((what) => what !== 'read' || shown.claim.read !== 'unobservable');
  const guess = predict({ ask, several, onRun: run });
  const onward = next(lessons, n, i);

  async function run(said) {
    delete article.dataset.played;
    guess.busy(true);
    const r = await work.run();
    guess.busy(false);
    if (!r) return;
    const seen = r.steps.at(-1);
    const judged = verdicts(said, seen);
    store.finish(here.id, step.id, judged.length ? (judged.every((v) => v.right) ? 'right' : 'wrong') : 'seen');
    if (judged.length) guess.judged(judged);
    fill(work.results, result(r, { mirror: mirror(judged, seen), after: step.after ? h('div', { class: 'after' }, prose(step.after, code)) : null }),
      h('div', { class: 'onward' },
        h('div', { class: 'try' }, h('h3', null, 'Try it yourself'), step.try ? prose(step.try, code) : null,
          h('a', { class: 'button', href: `#/case/${step.case}`, 'data-open-play': '' }, 'Open in the playground')),
        onward));
    fill(trail, steps(here, i));
    // Until the scene has played, the answers are not marked: that would spoil it.
    await reveal(work, work.results);
    article.dataset.played = '';
  }

  const trail = h('nav', { class: 'trail', 'aria-label': 'Steps of this lesson' }, steps(here, i));
  const article = h('article', { class: 'lesson', 'data-lesson': here.id, 'data-step': step.id, 'data-case': step.case },
    h('div', { class: 'column' },
      h('p', { class: 'crumbs' }, h('a', { href: '#/' }, 'Course'), ' ', h('span', null, `Lesson ${n + 1}`), ' ', h('b', null, here.title)),
      trail,
      h('h1', null, step.title),
      h('div', { class: 'lead' }, prose(step.text, code))),
    work.scene,
    missing,
    plan.where === 'not' || missing ? null : h('div', { class: 'column' }, guess.element),
    work.trouble, work.results,
    h('p', { class: 'turn' },
      i > 0 ? h('a', { href: `#/lesson/${here.id}/${here.steps[i - 1].id}`, rel: 'prev' }, icon('v-left'), 'Previous step') : h('span'),
      h('a', { class: 'skipstep', href: onward.href, rel: 'next' }, 'Skip this step', icon('v-right'))));
  fill(main, article);
}

// steps are the lesson's dots: where the reader is and what is done.
function steps(lesson, current) {
  const p = store.progress();
  return h('ol', null, lesson.steps.map((s, i) => {
    const how = p.done[`${lesson.id}/${s.id}`];
    return h('li', { class: how ? `done ${how}` : null }, h('a', { href: `#/lesson/${lesson.id}/${s.id}`, 'aria-current': i === current ? 'step' : null, title: s.title },
      how ? icon('v-pass') : String(i + 1), h('span', { class: 'sr' }, ` ${s.title}${how ? ', done' : ''}`)));
  }));
}

// next is the link to what comes after a step.
function next(lessons, n, i) {
  const step = lessons[n].steps[i + 1];
  if (step) return nextLink(`#/lesson/${lessons[n].id}/${step.id}`, 'Next', step.title);
  const lesson = lessons[n + 1];
  if (lesson) return nextLink(`#/lesson/${lesson.id}/${lesson.steps[0].id}`, `Lesson ${n + 2}`, lesson.title);
  return nextLink('#/play', 'That was the course', 'Go on in the playground');
}

const nextLink = (href, cap, title) => h('a', { class: 'next', href, 'data-next': '' }, h('small', null, cap), h('b', null, title), icon('v-right'));
