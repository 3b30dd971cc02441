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

// siteRelation is how a server stands to a page, '' where that is not known: whether
// two other names are of one site, a list says that is not here.
export function siteRelation(page, server) {
  if (!nameOf(page) || !nameOf(server) || page === 'null') return '';
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

// chip is an origin in its colour, with its shape; the scheme is quieter than the
// host.
export function chip(origin, { named = false } = {}) {
  const m = /^([a-z][a-z0-9+.-]*:\/\/)([^/:]+|\[[^\]]*\])(:\d+)?(.*)$/i.exec(origin || '');
  const name = nameOf(origin);
  return h('span', { class: `origin ${colour(origin)}`, 'data-origin': origin },
    shape(origin),
    h('span', { class: 'where' }, m ? [h('span', { class: 'scheme' }, m[1]), h('b', null, m[2]), h('span', { class: 'port' }, m[3] || ''), m[4]] : h('b', null, origin === 'null' ? 'null' : origin || 'nowhere')),
    named && name && name !== 'null' ? h('span', { class: 'name' }, name) : null);
}

// code is a piece of code in a text: an origin in its colour, if it is one.
export function code(piece) {
  const origin = piece.replace(/\/$/, '');
  if (nameOf(origin) && origin.includes('://')) return h('code', { class: `in-colour ${colour(origin)}` }, shape(origin), piece);
  return h('code', null, piece);
}
