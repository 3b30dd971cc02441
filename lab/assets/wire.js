// The sequence diagram: who said what to whom, in order. It is a list that can be
// read out; on a wide screen its items stand as arrows between lanes.
import { h, sr, icon, glyph, shown, plural } from './text.js';
import { chip, shape, colour, nameOf, parts } from './origins.js';

// Headers that the same-origin rules are about. The others fold away.
const MATTERS = /^(origin|access-control-.*|cookie|set-cookie|content-type|location|authorization|vary|cross-origin-.*|timing-allow-origin|range|content-range|allow|cache-control|age|etag|if-none-match)$/i;
const CORS = /^(origin|access-control-.*|vary|cross-origin-.*|timing-allow-origin|location|cookie|set-cookie)$/i;

// More servers than this share a lane: their messages say which one it is.
const LANES = 3;

// wire shows a step: what the page did, the requests and their replies, and what
// the page got.
export function wire(seen) {
  const entries = [...(seen.wire || [])].sort((a, b) => a.seq - b.seq);
  const servers = [...new Set(entries.map((e) => e.at))];
  if (!servers.length && seen.server) servers.push(seen.server);
  const lanes = servers.length > LANES ? [servers.join(' ')] : servers;
  const laneOf = (at) => (servers.length > LANES ? 0 : servers.indexOf(at));
  const list = h('ol', { class: 'messages' });
  list.append(message('page', 'out', ['The page to the browser: '], [h('span', { class: 'does' }, shown(seen.snippet || 'a request'))]));
  let group = null;
  for (const e of entries) {
    const items = [request(e, laneOf(e.at), servers.length > 1), reply(e, laneOf(e.at), servers.length > 1)];
    if (!e.preflight) {
      group = null;
      list.append(...items);
      continue;
    }
    if (!group) {
      group = h('ol');
      list.append(h('li', { class: 'preflight' }, h('p', { class: 'cap' }, 'Preflight', h('span', null, 'the browser asks the server first')), group));
    }
    group.append(...items);
  }
  if (!entries.length) list.append(h('li', { class: 'nothing' }, 'Nothing was sent to a server.'));
  list.append(ending(seen));
  const element = h('div', { class: `wire servers-${lanes.length}`, 'data-wire': entries.length },
    h('div', { class: 'lanes', 'aria-hidden': 'true' },
      h('div', null, h('b', null, 'Page'), chip(seen.page || '')),
      h('div', null, h('b', null, 'Browser')),
      lanes.map((at, i) => h('div', null, h('b', null, lanes.length > 1 ? `Server ${i + 1}` : 'Server'), servers.length > LANES ? h('span', null, plural(servers.length, 'server')) : chip(at)))),
    h('div', { class: 'lines', 'aria-hidden': 'true' }, h('i', { class: colour(parts(seen.page).origin) }), h('i', { class: 'browser' }), lanes.map((at) => h('i', { class: colour(at) }))),
    list);
  return element;
}

// message is one arrow. Between the page and the browser, or the browser and a lane.
function message(where, way, spoken, line, ...below) {
  return h('li', { class: `message ${where} ${way}` }, sr(spoken), h('p', { class: 'line' }, line), h('div', { class: 'arrow', 'aria-hidden': 'true' }), below);
}

function request(e, lane, several) {
  return message(`to-${lane + 1} ${colour(e.at)}`, 'out', [`The browser to ${e.at}: `],
    [h('span', null, h('b', null, shown(e.method)), ' ', shown(e.path), several ? h('span', { class: 'at' }, ' ', shape(e.at), nameOf(e.at) || e.at) : null), time(e.ms)],
    headers(e.headers), body(e.body, 'body sent'));
}

function reply(e, lane, several) {
  const r = e.reply;
  if (!r || e.pending || (!r.status && !r.abort)) {
    return message(`to-${lane + 1} lost ${colour(e.at)}`, 'back', [`${e.at} to the browser: `], [h('span', null, e.pending ? 'no answer yet' : 'no answer was sent')]);
  }
  if (r.abort) {
    return message(`to-${lane + 1} lost ${colour(e.at)}`, 'back', [`${e.at} to the browser: `], [h('span', null, r.status ? `${r.status}, and the connection breaks off` : 'the connection breaks off')], headers(r.headers));
  }
  return message(`to-${lane + 1} ${colour(e.at)}`, 'back', [`${e.at} to the browser: `],
    [h('span', null, h('b', null, String(r.status)), r.statusText ? [' ', shown(r.statusText)] : null, several ? h('span', { class: 'at' }, ' ', shape(e.at), nameOf(e.at) || e.at) : null)],
    headers(r.headers), body(r.body, 'body'));
}

const time = (ms) => (typeof ms === 'number' ? h('span', { class: 'ms' }, `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`) : null);

function headers(list) {
  const first = [], rest = [];
  for (const [name, value] of list || []) {
    (MATTERS.test(name) ? first : rest).push(h('p', { class: CORS.test(name) ? 'cors' : null }, h('span', { class: 'key' }, shown(name), ':'), ' ', shown(value)));
  }
  if (!first.length && !rest.length) return null;
  return h('div', { class: 'headers' }, first,
    rest.length ? h('details', null, h('summary', null, first.length ? `${rest.length} more` : plural(rest.length, 'header')), rest) : null);
}

function body(text, label) {
  if (!text) return null;
  const cut = text.length > 2000 ? `${text.slice(0, 2000)} …` : text;
  return h('details', { class: 'bodytext' }, h('summary', null, `${label}, ${plural(text.length, 'byte')}`), h('pre', { tabindex: '0' }, shown(cut)));
}

// ending is what the page gets. What is blocked ends at a bar before the page.
function ending(seen) {
  const words = {
    allowed: 'script can read it',
    opaque: 'it loads, sealed',
    blocked: (seen.wire || []).some((e) => !e.preflight) ? 'stops here: the answer came, the page gets an error' : 'stops here',
    unobservable: 'no event tells the page',
  };
  const read = seen.timedOut ? 'none' : seen.read;
  return message(`page ending ${read}`, 'back', ['The browser to the page: '],
    [glyph(read), h('span', null, h('b', null, seen.timedOut ? 'nothing in time' : read || 'no outcome'), words[read] ? h('span', { class: 'but' }, words[read]) : null)],
    h('div', { class: 'halt', 'aria-hidden': 'true' }));
}
