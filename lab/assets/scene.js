// The scene: the page in a small browser window, the server, and between them what
// passes while it passes.
import { h, fill, icon, shown, inline } from './text.js';
import { chip, colour, code, local, originOf, siteRelation } from './origins.js';
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

  function paint() {
    const step = steps[current] || first;
    fill(address, chip(step.page));
    fill(does, several ? h('p', { class: 'nth' }, `Request ${current + 1} of ${steps.length}`) : null, h('pre', { tabindex: '0', 'aria-label': 'What the page does' }, shown(step.snippet || '')));
    const logs = [...rack.querySelectorAll('.server')].map((box) => ({ at: box.dataset.originCard, lines: [...box.querySelectorAll('.log li')] }));
    fill(rack, h('h2', { class: 'cap' }, 'The server'), servers(scenario, current, step, plan.where === 'here' ? local : String));
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
        light(rack, entry, paced(rows.came));
        this.state(`${entry.preflight ? 'A preflight' : entry.method} has arrived at ${entry.at}.`);
      }
      const r = entry.reply;
      if (!entry.pending && r && !rows.went) {
        rows.went = h('li', { class: `went ${colour(entry.at)}` }, icon('v-left'), h('b', null, r.status ? String(r.status) : '×'));
        between.append(rows.went);
        paced(rows.went);
        light(rack, entry);
      }
    },
    // afterwards calls what shows more, when all that came so far has been shown.
    afterwards(show) {
      setTimeout(show, paced(null));
    },
    // ended shows what the page got in the end. It resolves when all has been shown.
    async ended(last) {
      const stop = last.read === 'blocked' ? h('li', { class: 'stop' }, h('span', null, 'blocked')) : null;
      if (stop) between.append(stop);
      await pause(paced(stop));
      element.dataset.state = 'ended';
      element.dataset.read = last.timedOut ? 'none' : last.read || 'none';
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

// light shows in a server's card what it has seen: it does see the request whose
// answer the page may not read.
function light(rack, entry, ms = 0) {
  const box = cardOf(rack, entry.at);
  box.classList.add('lit');
  if (ms) box.querySelector('.address').style.animationDelay = `${ms}ms`;
  const log = box.querySelector('.log');
  let line = log.querySelector(`[data-seq="${entry.seq}"]`);
  if (!line) {
    line = h('li', { 'data-seq': entry.seq });
    line.style.animationDelay = `${ms}ms`;
    log.append(line);
  }
  const r = entry.reply;
  const origin = (entry.headers || []).find(([name]) => name.toLowerCase() === 'origin');
  fill(line, icon('v-pass'), h('span', null, h('b', null, shown(entry.method)), ' arrived',
    origin ? [' from ', h('span', { class: colour(origin[1]) }, h('span', { class: 'ink' }, shown(origin[1])))] : ', with no Origin',
    h('span', { class: 'then' }, entry.pending || !r ? 'is being answered …' : r.status ? `answered ${r.status}${r.body ? `, ${r.body.length} bytes` : ''}` : 'the connection breaks off')));
}

// cardOf is the card of an origin, a new one if there is none.
function cardOf(rack, origin) {
  const found = rack.querySelector(`[data-origin-card="${CSS.escape(origin)}"]`);
  if (!found) rack.append(card(origin, []));
  return found || rack.lastElementChild;
}

// servers are the cards of the servers that a step meets, each with what it will
// answer: the one that is asked, and those that redirects and resources lead to.
// named gives a text the names that are used where it runs.
function servers(scenario, i, step, named) {
  const { request, server } = scenarios.at(scenario, i);
  const cards = new Map();
  const at = (origin) => {
    if (!cards.has(origin)) cards.set(origin, []);
    return cards.get(origin);
  };
  let here = step.server || originOf(request.to);
  at(here);
  if (server['set-up']) {
    at(here).push(h('p', null, 'A real set-up answers: ', h('code', null, shown(server['set-up'].name || server['set-up']))));
  } else {
    if (server.preflight) at(here).push(block('A preflight gets', server.preflight, 204, named));
    const hops = server.redirects || [];
    for (const hop of hops) {
      const to = hop.location !== undefined ? hop.location : hop.to ? `${hop.to}${hop.path || ''}` : hop.path || '';
      at(here).push(block(hops.length > 1 ? `Redirect to ${to}` : `The request gets a redirect to ${to}`, hop, 302, named));
      if (hop.to) here = originOf(hop.to, here);
      if (hop.preflight) at(here).push(block('A preflight gets', hop.preflight, 204, named));
    }
    at(here).push(block(hops.length ? 'In the end it gets' : 'The request gets', server.response || {}, 200, named));
  }
  for (const [name, r] of Object.entries(server.resources || {})) at(r.at ? originOf(r.at, here) : here).push(block(`${name} is`, r, 200, named));
  return [...cards].map(([origin, answers], n) => card(origin, answers, siteRelation(step.page, origin)));
}

const card = (origin, answers, relation) => h('div', { class: `server ${colour(origin)}`, 'data-origin-card': origin },
  h('p', { class: 'address' }, chip(origin)),
  relation ? h('p', { class: 'relation' }, 'Seen from the page: ', h('b', null, shown(relation))) : null,
  answers.length ? h('div', { class: 'answers' }, answers) : null,
  h('ul', { class: 'log', 'aria-label': `What ${origin} has seen` }));

function block(title, reply, usual, named) {
  const headers = scenarios.pairs(reply.headers);
  const text = scenarios.textOf(reply.body);
  return h('div', { class: 'answer' },
    h('p', { class: 'cap' }, shown(title)),
    h('pre', { tabindex: '0', 'aria-label': title }, reply.raw !== undefined ? shown(reply.raw) : [
      h('span', { class: 'code' }, reply.abort ? `connection reset ${reply.abort.replace('-', ' ')}` : String(reply.status || usual)),
      headers.length ? headers.map(([name, value]) => ['\n', h('span', { class: 'header' }, h('span', { class: /^(access-control-|vary|cross-origin|timing-allow)/i.test(name) ? 'key cors' : 'key' }, shown(name), ':'), ' ', valueOf(named(value)))]) : ['\n', h('i', null, 'no CORS headers')],
      text ? ['\n\n', shown(text.length > 160 ? `${text.slice(0, 160)} …` : text)] : null,
      reply.delay ? ['\n', h('i', null, `after ${reply.delay}`)] : null]));
}

// valueOf marks the placeholders that the server fills in as it answers.
function valueOf(value) {
  return value.split(/(\{(?:request-origin|request-method|request-headers|origin:[^}]*|url:[^}]*)\})/).map((part, i) => (i % 2 ? h('span', { class: 'slot', title: 'filled in by the server as it answers' }, shown(part)) : shown(part)));
}

