// The scene: the page in a small browser window, the server, and between them what
// passes while it passes.
import { h, fill, icon, shown, inline } from './text.js';
import { chip, colour, code, local } from './origins.js';
import { servers, cardOf, light } from './server.js';
import * as scenarios from './scenario.js';

// What passes between two machines that are one takes no time to speak of. It is
// shown as it was, and slower: a step at a time, where motion is welcome. The
// diagram has the true times.
const PACE_MS = 380;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

// scene shows a plan and its scenario. It is told what happens: state, step,
// arrived, ended.
export function scene(plan, scenario) {
  const steps = plan.steps || [];
  const several = steps.length > 1;
  const first = steps[0] || {};
  const status = h('p', { class: 'status', id: 'state', role: 'status' });
  const view = h('div', { class: 'view', 'data-view': '' });
  const address = h('p', { class: 'address' });
  const does = h('div', { class: 'does', 'data-snippet': '' });
  const between = h('ol', { class: 'between', 'aria-hidden': 'true' });
  const rack = h('div', { class: 'rack' });
  const seen = new Map(); // step/seq -> the rows of a request
  let current = 0, due = 0;

  // paced lets an element appear when its turn has come, and says in how many ms.
  function paced(item) {
    const now = performance.now();
    due = calm.matches ? now : Math.max(now, due + PACE_MS);
    if (item) item.style.animationDelay = `${due - now}ms`;
    return due - now;
  }

  const element = h('section', { class: 'scene', 'aria-label': 'The page and the server', 'data-where': plan.where, 'data-state': 'idle' },
    h('div', { class: 'window' },
      h('h2', { class: 'cap' }, 'The page'),
      h('div', { class: 'chrome' }, h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), address),
      view, does),
    between, rack, status);

  const named = plan.where === 'here' ? local : String;
  const script = (step) => h('pre', { tabindex: '0', 'aria-label': 'What the page does' }, shown(step.snippet || ''));

  // setting is what a step begins with, beside its script: its page's own headers,
  // cookies, time.
  function setting(i) {
    const { page, cookies, wait } = scenarios.at(scenario, i);
    const lines = [];
    if (wait) lines.push(['after', String(wait)]);
    for (const c of cookies) lines.push(['cookie', `${c.name}=${c.value ?? ''}${c.attributes ? `; ${c.attributes}` : ''}, set by ${c.on}`]);
    for (const [name, value] of scenarios.pairs(page.headers)) lines.push(['page', `${name}: ${named(value)}`]);
    if (page.top) lines.push(['page', `in a frame of a page of ${page.top}`]);
    if (page.sandbox) lines.push(['page', `in a frame with sandbox="${page.sandbox.join(' ')}"`]);
    if (page['address-space']) lines.push(['page', `from the ${page['address-space']} network`]);
    if (page['service-worker']) lines.push(['page', 'with a service worker']);
    return lines.map(([what, text]) => h('p', { class: 'with' }, h('b', null, what), ' ', h('code', null, shown(text))));
  }

  function paint() {
    const step = steps[current] || first;
    fill(address, chip(step.page));
    fill(does, several
      ? h('ol', { class: 'requests', 'aria-label': 'What the pages do' }, steps.map((s, i) => h('li', { 'aria-current': i === current ? 'step' : null }, script(s), s.page !== first.page ? h('p', { class: 'with' }, 'in a page of ', chip(s.page)) : null, ...setting(i))))
      : [script(first), ...setting(0)]);
    const logs = [...rack.querySelectorAll('.server')].map((box) => ({ at: box.dataset.originCard, lines: [...box.querySelectorAll('.log li')] }));
    fill(rack, h('h2', { class: 'cap' }, 'The server'), servers(scenario, current, step, named));
    // What a server has seen in an earlier step, it has seen.
    for (const { at, lines } of current ? logs : []) if (lines.length) cardOf(rack, at).querySelector('.log').append(...lines);
  }
  const blank = () => fill(view, h('p', { class: 'note' }, plan.where === 'headless'
    ? [h('b', null, 'Runs in a headless browser on this machine'), because(plan.notHere)]
    : plan.where === 'not' ? [h('b', null, 'Neither your browser nor a headless one can run this'), because(plan.notHere)]
      : 'The page opens here when it runs.'));
  paint();
  blank();

  return {
    element,
    window: view,
    // begin forgets what the last run showed.
    begin() {
      current = due = 0;
      seen.clear();
      fill(between);
      delete element.dataset.read;
      element.dataset.state = 'running';
      paint();
      if (plan.where === 'headless') blank();
      element.scrollIntoView({ block: element.offsetHeight > innerHeight ? 'start' : 'nearest', behavior: 'instant' });
    },
    state(text, { quietly = false } = {}) {
      status.setAttribute('aria-live', quietly ? 'off' : 'polite');
      status.textContent = text;
    },
    step(i) {
      current = i;
      paint();
      if (several) between.append(h('li', { class: 'nth' }, `request ${i + 1}`));
    },
    // arrived is the server's own view, as it comes: first the request, and again
    // when its reply is out.
    arrived({ step, entry }) {
      const key = `${step}/${entry.seq}`;
      let rows = seen.get(key);
      if (!rows) {
        rows = { came: h('li', { class: `came ${colour(entry.at)}` }, h('b', null, shown(entry.method)), icon('v-right')) };
        seen.set(key, rows);
        between.append(rows.came);
        light(rack, key, entry, paced(rows.came));
        this.state(`${entry.preflight ? 'A preflight' : entry.method} has arrived at ${entry.at}.`);
      }
      const r = entry.reply;
      if (!entry.pending && r && !rows.went) {
        rows.went = h('li', { class: `went ${colour(entry.at)}` }, icon('v-left'), h('b', null, r.status ? String(r.status) : '×'));
        between.append(rows.went);
        paced(rows.went);
        light(rack, key, entry);
      }
    },
    // afterwards calls what shows more, when all that came so far has been shown.
    afterwards(show) {
      setTimeout(show, paced(null));
    },
    // replay shows what a browser elsewhere did, when it has done it.
    replay(steps) {
      for (const [i, s] of steps.entries()) {
        this.step(i);
        for (const entry of s.wire || []) this.arrived({ step: i, entry });
      }
    },
    // ended shows what the page got in the end. It resolves when all has been shown.
    async ended(last) {
      const stop = last.read === 'blocked' ? h('li', { class: 'stop' }, h('span', null, 'blocked')) : null;
      if (stop) between.append(stop);
      await pause(paced(stop));
      element.dataset.state = 'ended';
      element.dataset.read = last.timedOut ? 'none' : last.read || 'none';
      if (plan.where === 'headless') view.append(h('p', { class: 'got' }, last.read === 'blocked' ? `Script got nothing${last.error ? `: ${last.error}` : '.'}` : last.read === 'allowed' ? 'Script can read it.' : last.read === 'opaque' ? 'It has loaded, and script cannot look inside.' : 'No event tells the page.'));
      this.state(last.timedOut ? 'Nothing came in time.' : `Done: ${last.read || 'no outcome'}.`);
      if (!calm.matches) await pause(2 * PACE_MS);
    },
    failed(message) {
      element.dataset.state = 'failed';
      this.state(message);
    },
  };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const because = (why) => (why ? [', because ', inline(why.charAt(0).toLowerCase() + why.slice(1).replace(/\.?$/, '.'), code)] : '.');
