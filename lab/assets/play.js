// The playground: a scenario to change, its runs, and what each change changed.
import * as api from './api.js';
import { h, fill, glyph, copyButton, link } from './text.js';
import { entitle, quietly } from './router.js';
import { bench, problems, reveal, install } from './bench.js';
import { form } from './form.js';
import { predict } from './predict.js';
import { result } from './result.js';
import { difference } from './diff.js';
import { copyAs } from './copy.js';
import { pack, unpack } from './link.js';
import * as scenarios from './scenario.js';

const HISTORY = 8;
const PAUSE_MS = 250; // after the last key, before the server is asked what it means

const FIRST = {
  request: { from: 'app', to: 'api', via: 'fetch' }, server: { response: { headers: [] } },
};

// play opens the scenario that the address holds, or a first one.
export async function play(rest, { main, signal }) {
  const scenario = rest.startsWith('s=') ? await unpack(rest.slice(2)) : scenarios.clone(FIRST);
  entitle('Playground');
  await workshop({ main, signal, scenario, of: null });
}

// open takes a case of the catalogue into the playground.
export async function open(rest, { main, signal }) {
  const of = await api.caseOf(decodeURIComponent(rest));
  if (signal.aborted) return;
  entitle(of.id);
  await workshop({ main, signal, scenario: scenarios.clone(of.scenario), of });
}

async function workshop({ main, signal, scenario, of }) {
  const lab = await api.lab();
  if (signal.aborted) return;
  let step = 0, source = '', touched = !of, work = null, where = of ? of.where : 'here';
  const runs = [];

  const place = { form: h('div'), steps: h('div'), wrong: h('div', { class: 'wrong-place', role: 'alert' }), right: h('div', { class: 'right' }), difference: h('div'), results: h('div', { id: 'result-place' }), runs: h('div'), scene: h('div'), run: h('div', { class: 'runbar' }) };
  const text = h('textarea', { id: 'source', class: 'source', rows: 26, spellcheck: 'false', autocapitalize: 'off', 'aria-label': 'The scenario as JSON', oninput: () => typed() });

  // The two ways to edit: the form of a step, and the source of all.
  const tab = (name, label, checked) => h('label', null, h('input', { type: 'radio', name: 'edit', value: name, checked, onchange: () => tabbed(name) }), h('span', null, label));
  const tabs = h('div', { class: 'tabs', role: 'radiogroup', 'aria-label': 'Edit by' }, tab('form', 'Form', true), tab('source', 'Source', false));
  const byForm = h('div', null, place.steps, place.form);
  const bySource = h('div', { hidden: true }, text, h('p', { class: 'muted small-text' }, 'One scenario of the scenario format, as JSON.'));
  function tabbed(name) {
    byForm.hidden = name !== 'form';
    bySource.hidden = name !== 'source';
    if (name === 'form') paintForm();
    else text.value = source;
  }

  // spot shows a place in the source.
  function spot(line, column) {
    tabs.querySelector('[value=source]').click();
    const before = source.split('\n').slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0);
    text.focus();
    text.setSelectionRange(before + column - 1, before + column - 1);
    text.scrollTop = (line - 4) * parseFloat(getComputedStyle(text).lineHeight);
  }

  function paintForm() {
    const all = scenarios.stepsOf(scenario);
    step = Math.min(step, all.length - 1);
    fill(place.steps, all.length > 1 ? h('div', { class: 'tabs steps', role: 'radiogroup', 'aria-label': 'Request' }, all.map((s, i) => h('label', null,
      h('input', { type: 'radio', name: 'step', checked: i === step, onchange: () => { step = i; paintForm(); } }), h('span', null, `Request ${i + 1}`)))) : null);
    fill(place.form, form({ scenario, i: step, lab, here: where !== 'headless', changed, repaint }));
  }

  function repaint(field) {
    paintForm();
    const control = place.form.querySelector(`[data-field="${CSS.escape(field)}"]`);
    if (control) control.focus();
  }

  // since says that the run that is shown was of another scenario.
  const since = h('p', { class: 'since', role: 'status' });
  let shownRun = null;
  const compare = () => { since.textContent = shownRun && scenarios.written(shownRun.scenario) !== scenarios.written(scenario) ? `Changed since run ${shownRun.n}. Run it again to see what that changes.` : ''; };

  function changed() {
    touched = true;
    source = scenarios.written(scenario);
    later();
  }
  function typed() {
    try {
      scenario = JSON.parse(text.value);
      if (scenario === null || typeof scenario !== 'object' || Array.isArray(scenario)) throw new Error('A scenario is a JSON object.');
    } catch (error) {
      clearTimeout(timer);
      fill(place.wrong, h('p', null, error.message));
      return;
    }
    touched = true;
    source = text.value;
    later();
  }

  let timer = 0, asked = new AbortController();
  const later = () => {
    clearTimeout(timer);
    compare();
    timer = setTimeout(settle, PAUSE_MS);
  };
  signal.addEventListener('abort', () => { clearTimeout(timer); asked.abort(); });

  // subject is what the server is asked to run: a case as it is, or this source.
  const subject = () => (touched ? { source } : { id: of.id });

  // settle asks what the scenario means now, and shows its scene.
  async function settle() {
    clearTimeout(timer);
    timer = 0;
    asked.abort();
    asked = new AbortController();
    const mine = asked.signal;
    try {
      own.hidden = !touched;
      if (touched) quietly(`#/play/s=${await pack(scenario)}`);
      const plan = await api.plan(subject(), mine);
      if (mine.aborted || signal.aborted) return false;
      fill(place.wrong);
      where = plan.where;
      copyMenu.set(plan.copy || []);
      work = bench({ subject: subject(), plan, scenario: scenarios.clone(scenario), signal });
      fill(place.scene, work.scene, plan.where === 'headless' ? install(lab) : null, work.trouble);
      control.element.hidden = plan.where === 'not';
      return true;
    } catch (error) {
      if (mine.aborted || signal.aborted) return false;
      work = null;
      fill(place.wrong, h('p', null, error.message), problems(error, spot));
      return false;
    }
  }

  async function run() {
    if ((timer || !work) && !(await settle())) return;
    const ran = work;
    control.busy(true);
    const tried = scenarios.clone(scenario);
    const r = await ran.run();
    control.busy(false);
    if (!r) return;
    const entry = { n: runs.length ? runs.at(-1).n + 1 : 1, scenario: tried, result: r };
    runs.push(entry);
    if (runs.length > HISTORY) runs.shift();
    show(entry);
    await reveal(ran, place.results);
  }

  function show(entry) {
    const i = runs.indexOf(entry);
    shownRun = entry;
    compare();
    fill(place.runs, h('div', { class: 'runs', role: 'group', 'aria-label': 'Runs of this page' }, runs.map((r) => {
      const last = r.result.steps.at(-1);
      return h('button', { type: 'button', class: `chip ${last.read}`, 'data-entry': r.n, 'aria-pressed': String(r === entry), onclick: () => restore(r) }, `${r.n}`, glyph(last.read), last.read || 'none');
    })));
    fill(place.difference, difference(runs[i - 1], entry));
    fill(place.results, result(entry.result));
  }

  // restore goes back to an earlier run: what was run then, and what came of it.
  async function restore(entry) {
    scenario = scenarios.clone(entry.scenario);
    source = scenarios.written(scenario);
    text.value = source;
    paintForm();
    show(entry);
    await settle();
  }

  const control = predict({ ask: [], onRun: run });
  place.run.append(control.element);
  const copyMenu = copyAs();
  const linkButton = copyButton('Copy link', async () => `${location.origin}/#/${touched ? `play/s=${await pack(scenario)}` : `case/${of.id}`}`);
  linkButton.id = 'copy-link';

  const own = h('span', { hidden: true }, 'changed by you');
  source = scenarios.written(scenario);
  paintForm();
  fill(main, h('div', { class: 'play', 'data-case': of ? of.id : null },
    h('div', { class: 'title' },
      h('div', null, h('h1', null, of ? of.title : 'Playground'),
        of ? [h('p', { class: 'lead' }, of.why), h('p', { class: 'facts' }, h('code', null, of.id), own, link(of.spec, 'where the standard says so'))]
          : h('p', { class: 'lead' }, 'Choose who asks whom, and what the server answers. Run it, change one thing, and run it again.')),
      h('div', { class: 'tools' }, linkButton, copyMenu.button, h('a', { class: 'quiet', href: '#/play', 'data-new': '' }, 'New'))),
    copyMenu.panel,
    h('div', { class: 'two' },
      h('div', { class: 'left' }, tabs, byForm, bySource, place.wrong, place.run),
      h('div', { class: 'right' }, place.scene, place.runs, since, place.difference, place.results))));
  await settle();
}
