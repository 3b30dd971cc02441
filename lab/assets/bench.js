// A bench: a scene, its runs one after the other, and what came of the last.
import { h, fill } from './text.js';
import { scene } from './scene.js';
import { perform } from './run.js';

// bench puts a scene and the place for results together. run() performs the
// subject and resolves with its result, or null where it failed or was left;
// played() resolves when the scene has shown all of it.
export function bench({ subject, plan, scenario, signal }) {
  const view = scene(plan, scenario);
  const trouble = h('div', { class: 'trouble', role: 'alert' });
  const results = h('div', { class: 'results', id: 'results' });
  let running = false, played = Promise.resolve();

  async function run() {
    if (running) return null;
    running = true;
    fill(trouble);
    fill(results);
    view.begin();
    try {
      const result = await perform(subject, plan, view, signal);
      if (signal.aborted) return null;
      if (plan.where === 'headless') view.replay(result.steps);
      played = view.ended(result.steps.at(-1));
      return result;
    } catch (error) {
      if (signal.aborted) return null;
      view.failed('It did not run.');
      fill(trouble, h('p', null, error.message), problems(error));
      if (error.status === undefined) console.error(error);
      return null;
    } finally {
      running = false;
    }
  }

  return { scene: view.element, trouble, results, run, played: () => played };
}

// problems lists where a scenario is wrong; spot goes there.
export const problems = (error, spot) => (error.problems && error.problems.length
  ? h('ul', { class: 'problems' }, error.problems.map((p) => h('li', null, p.line ? spot ? h('button', { type: 'button', class: 'jump', onclick: () => spot(p.line, p.column || 1) }, `line ${p.line}`) : h('code', null, `${p.line}:${p.column || 1}`) : null, ' ', p.message))) : null);

// reveal moves the reader to the outcome, unless they went elsewhere meanwhile.
export async function reveal(work, results) {
  const from = document.activeElement;
  await work.played();
  const heading = results.querySelector('#outcome');
  if (!heading || document.activeElement !== from) return;
  heading.focus({ preventScroll: true });
  heading.closest('.outcome').scrollIntoView({ block: 'nearest' });
}

// install says how the browser is had that a plan needs and this machine lacks.
export const install = (lab) => (lab.headless && lab.headless.available === false
  ? h('p', { class: 'install', 'data-install': '' }, 'There is no headless browser on this machine. To have one: ', h('code', null, lab.headless.install || 'corsproof browsers')) : null);
