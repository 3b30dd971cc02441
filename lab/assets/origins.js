// Origins: each has a colour, a shape and a name, the same wherever it stands.
import { h, icon } from './text.js';

// The named origins that have a colour of their own. A shape is a host; it is
// hollow where the port is another.
const SHAPES = {
  app: 'o-circle', port: 'o-ring', sub: 'o-square', parent: 'o-house',
  api: 'o-diamond', 'api-port': 'o-kite', third: 'o-triangle', evil: 'o-hexagon', null: 'o-dashed',
};

// The same names where a headless browser goes by them.
const REAL = {
  'https://app.site.test': 'app', 'https://app.site.test:8443': 'port', 'https://api.site.test': 'sub', 'https://site.test': 'parent',
  'https://api.other.test': 'api', 'https://api.other.test:8443': 'api-port', 'https://api.third.test': 'third', 'https://evil.test': 'evil',
  'http://app.site.test': 'http', 'http://app.site.test:8080': 'http-port', 'http://api.site.test': 'http-sub', 'http://api.other.test': 'http-api',
  'https://app-h2.site.test': 'app-h2', 'https://api-h2.site.test': 'sub-h2', 'https://api-h2.other.test': 'api-h2',
};

let here = {}; // origin -> {name, origin, relation}

// know takes the origins that the lab's own servers have.
export function know(origins) {
  here = Object.fromEntries(origins.map((o) => [o.origin, o]));
}

export const known = () => Object.values(here);
export const nameOf = (origin) => (here[origin] ? here[origin].name : REAL[origin]) || (origin === 'null' ? 'null' : '');
export const relationOf = (origin) => (here[origin] ? here[origin].relation : '');

// originOf gives the origin that a name stands for: in this lab, or, beside an
// origin that has a real name, among those.
export function originOf(name, beside = '') {
  const real = Object.keys(REAL).find((origin) => REAL[origin] === name);
  const own = known().find((o) => o.name === name);
  return real && (REAL[beside] || !own) ? real : own ? own.origin : name;
}

// A scenario names origins as the catalogue does, wherever it runs; a reader sees
// those of this lab. local puts these into a text, portable takes them out.
const whole = (origin) => new RegExp(`${origin.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w:.-])`, 'g');
const longestFirst = (list) => list.sort((a, b) => b.length - a.length);

export function local(text) {
  let out = String(text).replace(/(?<!\{)\{origin:([a-z0-9-]+)\}/g, (all, name) => (known().find((o) => o.name === name) || { origin: all }).origin);
  for (const origin of longestFirst(Object.keys(REAL))) {
    const own = known().find((o) => o.name === REAL[origin]);
    if (own) out = out.replace(whole(origin), own.origin);
  }
  return out;
}

export function portable(text) {
  let out = String(text);
  for (const origin of longestFirst(Object.keys(here))) out = out.replace(whole(origin), `{origin:${here[origin].name}}`);
  return out;
}

// siteRelation is how a server stands to a page, '' where that is not known: whether
// two other names are of one site, a list says that is not here.
export function siteRelation(page, server) {
  if (parts(page).place || page === 'null') return 'another origin: null is nobody’s';
  if (!nameOf(page) || !nameOf(server)) return '';
  if (page === server) return 'the same origin';
  const [a, b] = [new URL(page), new URL(server)];
  const site = (url) => `${url.protocol}//${url.hostname.split('.').slice(-2).join('.')}`;
  if (site(a) !== site(b)) return 'another site';
  return a.hostname === b.hostname ? 'the same site, another port: another origin' : 'the same site, another host: another origin';
}

// Every other origin takes one of a few colours, always the same one.
const OTHERS = 3;
const spare = (text) => [...text].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 9973, 7) % OTHERS;

// colour is the class that sets --origin.
export function colour(origin) {
  const name = nameOf(origin);
  return SHAPES[name] ? `of-${name}` : `of-other${spare(name || origin || '')}`;
}

export const shape = (origin) => icon(SHAPES[nameOf(origin)] || 'o-other', 'shape');

// parts takes apart what the lab calls a page: an origin, or a place in a page whose
// own origin is null.
export function parts(page) {
  const m = /^(\S+) in a page of (\S+) \(its origin is null\)$/.exec(page || '');
  return m ? { origin: 'null', place: m[1], of: m[2] } : { origin: page || '', place: '', of: '' };
}

// chip is an origin in its colour, with its shape; the scheme is quieter than the
// host.
export function chip(page, { named = false } = {}) {
  const { origin, place, of } = parts(page);
  const m = /^([a-z][a-z0-9+.-]*:\/\/)([^/:]+|\[[^\]]*\])(:\d+)?(.*)$/i.exec(origin);
  const name = place ? `${place} of ${of}` : named && origin !== 'null' ? nameOf(origin) : '';
  return h('span', { class: `origin ${colour(origin)}`, 'data-origin': origin },
    shape(origin),
    h('span', { class: 'where' }, m ? [h('span', { class: 'scheme' }, m[1]), h('b', null, m[2]), h('span', { class: 'port' }, m[3] || ''), m[4]] : h('b', null, origin || 'nowhere')),
    name ? h('span', { class: 'name' }, name) : null);
}

// code is a piece of code in a text: an origin in its colour, if it is one.
export function code(piece) {
  const origin = piece.replace(/\/$/, '');
  if (nameOf(origin) && origin.includes('://')) return h('code', { class: `in-colour ${colour(origin)}` }, shape(origin), piece);
  return h('code', null, piece);
}
