// The servers of a scene: what each will answer, and what it has seen.
import { h, fill, icon, shown } from './text.js';
import { chip, colour, originOf, siteRelation } from './origins.js';
import * as scenarios from './scenario.js';

// light shows in a server's card what it has seen: it does see the request whose
// answer the page may not read. key names the request, ms is when its turn comes.
export function light(rack, key, entry, ms = 0) {
  const box = cardOf(rack, entry.at);
  box.classList.add('lit');
  if (ms) box.querySelector('.address').style.animationDelay = `${ms}ms`;
  const log = box.querySelector('.log');
  let line = log.querySelector(`[data-seq="${key}"]`);
  if (!line) {
    line = h('li', { 'data-seq': key });
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
export function cardOf(rack, origin) {
  const found = rack.querySelector(`[data-origin-card="${CSS.escape(origin)}"]`);
  if (!found) rack.append(card(origin, []));
  return found || rack.lastElementChild;
}

// servers are the cards of the servers that a step meets, each with what it will
// answer: the one that is asked, and those that redirects and resources lead to.
// named gives a text the names that are used where it runs.
export function servers(scenario, i, step, named) {
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

