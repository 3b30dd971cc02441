// One run: of a scenario in this browser, in the page under test, or in a headless
// browser on the server's side.
import * as api from './api.js';
import { h } from './text.js';

const READY_MS = 20000;   // for a page that need only load
const OUTCOME_MS = 30000; // for a probe that has a deadline of its own

// perform runs a subject ({id} or {scenario}) where its plan says, shows it in a
// scene, and resolves with the result.
export async function perform(subject, plan, scene, signal) {
  const close = await api.events((event) => { if (!signal.aborted) scene.arrived(event); });
  try {
    return plan.where === 'headless' ? await away(subject, scene, signal) : await here(subject, scene, signal);
  } finally {
    close();
  }
}

async function away(subject, scene, signal) {
  scene.state('A headless browser on this machine runs it …');
  return api.headless(subject, signal);
}

async function here(subject, scene, signal) {
  scene.state('The page loads …');
  const run = await api.startRun(subject, signal);
  let stage = null;
  const outcomes = [];
  for (const [i, step] of run.steps.entries()) {
    scene.step(i);
    await wait(step.wait, scene, signal);
    if (!stage || step.fresh || stage.url !== step.stage) {
      stage = new Stage(step.stage, scene.window, signal);
      await stage.ready();
    }
    await api.armStep(run.run, i, outcomes.at(-1), signal);
    scene.state(run.steps.length > 1 ? `The page sends request ${i + 1} of ${run.steps.length} …` : 'The page sends its request …');
    outcomes.push(await stage.run(step));
    const shown = stage;
    scene.afterwards(() => shown.show());
  }
  return api.endRun(run.run, outcomes, signal);
}

// wait lets the time of a step pass: milliseconds.
async function wait(ms, scene, signal) {
  const end = performance.now() + (ms || 0);
  for (let left = ms || 0; left > 0; left = end - performance.now()) {
    signal.throwIfAborted();
    scene.state(`Waiting ${Math.ceil(left / 1000)} s …`, { quietly: true });
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, 250)));
  }
}

// Stage is the page under test, in a frame. It and the lab answer to each other's
// origin and window, and to nothing else.
class Stage {
  #origin;
  #frame;
  #signal;
  #loaded;

  constructor(url, parent, signal) {
    this.url = url;
    this.#origin = new URL(url).origin;
    this.#signal = signal;
    this.#frame = h('iframe', { title: `The page of ${this.#origin}`, 'data-stage': '' });
    this.#loaded = this.#hear('ready', READY_MS, `The page of ${this.#origin} did not load.`);
    this.#loaded.catch(() => {}); // it is awaited later
    this.#frame.src = url;
    parent.replaceChildren(this.#frame);
  }

  ready() {
    return this.#loaded;
  }

  async run({ probe, setCookies }) {
    // What is out of view loads no fonts and no CSS images.
    this.#frame.scrollIntoView({ block: 'nearest', behavior: 'instant' });
    if (document.visibilityState !== 'visible') throw new api.ApiError('This tab must be in front while it runs: a hidden page loads no fonts and no CSS images.', 0);
    const outcome = this.#hear('outcome', OUTCOME_MS + (probe.timeout || 0), 'The page did not say what came of its request.');
    this.#frame.contentWindow.postMessage({ lab: 'run', probe, setCookies }, this.#origin);
    return (await outcome).outcome;
  }

  // show lets the page show what its script got.
  show() {
    if (this.#frame.isConnected) this.#frame.contentWindow.postMessage({ lab: 'show' }, this.#origin);
  }

  #hear(what, ms, otherwise) {
    return new Promise((resolve, reject) => {
      const over = new AbortController();
      const settle = (end, value) => {
        over.abort();
        clearTimeout(timer);
        end(value);
      };
      const timer = setTimeout(() => settle(reject, new api.ApiError(otherwise, 0)), ms);
      addEventListener('message', (event) => {
        if (event.origin !== this.#origin || event.source !== this.#frame.contentWindow) return;
        if (event.data && event.data.lab === what) settle(resolve, event.data);
      }, { signal: over.signal });
      this.#signal.addEventListener('abort', () => settle(reject, this.#signal.reason), { signal: over.signal });
    });
  }
}
