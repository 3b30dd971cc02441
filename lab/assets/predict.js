// Predict first: what a learner says before the run, and what became of it.
import { h, icon, glyph, inline } from './text.js';
import { deciding, stepAbout } from './trace.js';

export const MEANING = {
  allowed: 'Script can read the answer.',
  opaque: 'It loads and may be shown or run, but script cannot look inside.',
  blocked: 'Script gets an error and nothing else.',
  unobservable: 'It is sent, and no event tells the page what came of it.',
};

const CHOICES = {
  read: {
    question: (several) => (several ? 'What will script get from the last request?' : 'What will script get?'),
    options: ['allowed', 'opaque', 'blocked'].map((read) => ({ value: read, word: read, about: MEANING[read], mark: () => glyph(read) })),
  },
  preflight: {
    question: (several) => (several ? 'Will the browser ask the server first, with a preflight, before the last request?' : 'Will the browser ask the server first, with a preflight?'),
    options: [
      { value: 'yes', word: 'yes', about: 'An OPTIONS request goes ahead and asks for permission.' },
      { value: 'no', word: 'no', about: 'The request goes out at once, or nothing goes out at all.' },
    ],
  },
};

let groups = 0;

// predict is the form. onRun gets the answers, null where the reader runs without.
export function predict({ ask, several, onRun, label = 'Run' }) {
  const name = `predict${++groups}`;
  const fields = ask.map((what) => h('fieldset', { class: 'choice', 'data-ask': what },
    h('legend', null, CHOICES[what].question(several)),
    h('div', { class: 'options' }, CHOICES[what].options.map((o) => h('label', { class: 'option', 'data-value': o.value },
      h('input', { type: 'radio', name: `${name}-${what}`, value: o.value, onchange: () => ready() }),
      o.mark ? o.mark() : null,
      h('span', null, h('b', null, o.word), h('small', null, o.about)))))));
  const run = h('button', { type: 'submit', class: 'run', id: 'run', 'data-run': '' }, icon('v-go'), h('span', null, label));
  const skip = ask.length ? h('button', { type: 'button', class: 'quiet', id: 'run-blind', 'data-run': 'blind', onclick: () => onRun(null) }, 'Run without predicting') : null;
  const hint = ask.length ? h('p', { class: 'hint', id: `${name}-hint` }, ask.length > 1 ? 'Choose an answer to each, then run.' : 'Choose an answer, then run.') : null;
  if (hint) run.setAttribute('aria-describedby', hint.id);
  const form = h('form', { class: 'predict', 'aria-label': 'Predict, then run', onsubmit: (event) => {
    event.preventDefault();
    if (!run.disabled) onRun(answers());
  } },
  ask.length ? h('h2', null, 'Predict first') : null, fields, h('div', { class: 'actions' }, run, skip, hint));

  const chosen = (what) => form.querySelector(`[data-ask="${what}"] input:checked`);
  const answers = () => Object.fromEntries(ask.map((what) => [what, chosen(what).value]));
  const ready = () => {
    const all = ask.every(chosen);
    run.disabled = !all;
    if (hint) hint.hidden = all;
  };
  ready();

  return {
    element: form,
    // busy is while it runs. The buttons stay in focus, and do nothing.
    busy(on) {
      for (const b of [run, skip]) if (b) b.setAttribute('aria-disabled', String(on));
    },
    // judged marks the answers, once it has run; again() lets the reader choose anew.
    judged(verdicts) {
      form.dataset.judged = 'true';
      for (const what of ask) {
        for (const option of form.querySelectorAll(`[data-ask="${what}"] .option`)) {
          const v = verdicts.find((x) => x.ask === what);
          option.classList.toggle('is', Boolean(v) && option.dataset.value === v.was);
          option.classList.toggle('not', Boolean(v) && v.said !== v.was && option.dataset.value === v.said);
        }
      }
      run.querySelector('span').textContent = 'Run again';
      if (skip) skip.hidden = true;
      if (hint) hint.hidden = true;
      run.disabled = false;
    },
  };
}

// verdicts holds what was said against what was seen in the last step.
export function verdicts(said, seen) {
  if (!said) return [];
  const was = { read: seen.read, preflight: (seen.wire || []).some((e) => e.preflight) ? 'yes' : 'no' };
  return Object.keys(said).map((ask) => ({ ask, said: said[ask], was: was[ask], right: said[ask] === was[ask] }));
}

// mirror shows the reader what was right and where they went another way than the
// browser did.
export function mirror(list, seen) {
  if (!list.length) return null;
  const right = list.every((v) => v.right);
  return h('div', { class: `mirror ${right ? 'right' : 'wrong'}`, 'data-prediction': right ? 'right' : 'wrong' },
    list.map((v) => h('p', null, icon(v.right ? 'v-pass' : 'v-wrong'), h('span', null, v.right ? agreed(v) : parted(v, seen)))));
}

const agreed = (v) => (v.ask === 'read'
  ? ['You said ', h('b', null, v.said), ', and so it is.']
  : ['You said ', h('b', null, v.said === 'yes' ? 'a preflight' : 'no preflight'), ', and so it is.']);

function parted(v, seen) {
  const course = seen.profile || seen.standard || {};
  if (v.ask === 'preflight') {
    const step = stepAbout(course, 'CORS-preflight needed') || deciding(course);
    return [v.was === 'yes' ? 'You said no preflight; the browser did ask first. ' : 'You said a preflight; none was sent. ',
      step ? ['Here the ways part: ', h('q', null, inline(step.step.text)), ' ', jump(step.index)] : null];
  }
  const step = deciding(course);
  return ['You said ', h('b', null, v.said), '; it is ', h('b', null, v.was), '. ',
    step ? ['The ways part at ', jump(step.index), ` (${step.step.algorithm}).`] : null];
}

// jump leads to a step of the trace below.
const jump = (index) => h('button', { type: 'button', class: 'jump', onclick: (event) => {
  const steps = event.target.closest('[data-result]').querySelectorAll('.trace > li');
  const step = steps[index];
  if (!step) return;
  for (let d = step.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
  step.tabIndex = -1;
  step.focus({ preventScroll: true });
  step.scrollIntoView({ block: 'center' });
} }, `step ${index + 1}`);
