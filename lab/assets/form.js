// The form of the playground: one step of a scenario, field by field. What a field
// cannot show (bytes, a raw answer) it leaves as it is, and says so.
import { h, fill, icon } from './text.js';
import { known, local, originOf, portable } from './origins.js';
import * as scenarios from './scenario.js';
import { policyForm } from './policy.js';

const PLACES = ['opaque-sandbox', 'opaque-srcdoc', 'opaque-data', 'worker', 'shared-worker', 'blob-worker'];

// form shows step i of a scenario that it may change; changed() is called after
// each change. here is whether the scenario runs among the lab's own names.
// repaint(field) draws the form anew, with the focus on a field.
export function form({ scenario, i, lab, here, changed, repaint }) {
  const now = () => scenarios.at(scenario, i);
  const { request, server } = now();
  const way = wayOf(lab, request);
  const takes = (key) => way.takes.includes(key);
  const origins = known().map((o) => o.name);
  let ids = 0;

  // put sets a value of this step, or takes it away: '' and undefined are the
  // format's own default.
  function put(path, value) {
    let target = scenario;
    if (scenarios.stepsOf(scenario).length > 1 || scenario.steps) {
      target = scenario.steps[i];
      target[path[0]] = scenarios.clone(now()[path[0]]);
    }
    for (const key of path.slice(0, -1)) target = target[key] ??= {};
    if (value === undefined || value === '') delete target[path.at(-1)];
    else target[path.at(-1)] = value;
    delete scenario.expect; // it was claimed of another case
    for (const step of scenario.steps || []) delete step.expect;
    changed();
  }

  const headerText = (headers) => scenarios.pairs(headers).map(([name, v]) => `${name}: ${here ? local(v) : v}`).join('\n');
  const labelled = (label, control, more) => {
    control.id = `field${i}-${++ids}`;
    return h('div', { class: `field ${more || ''}` }, h('label', { for: control.id }, label), control);
  };
  const choice = (label, path, value, options, usual, then = () => {}) => {
    const all = [...new Set([...(usual === undefined ? [''] : []), ...options, ...(value ? [value] : [])])];
    return labelled(label, h('select', { 'data-field': path.join('.'), onchange: (e) => { put(path, e.target.value); then(path.join('.')); } },
      all.map((o) => h('option', { value: o, selected: o === (value || usual || '') }, o || 'default'))));
  };
  const line = (label, path, value, attributes = {}) => labelled(label, h('input', {
    type: 'text', value: value ?? '', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', 'data-field': path.join('.'), ...attributes,
    oninput: (e) => put(path, attributes.inputmode === 'numeric' && /^\d+$/.test(e.target.value) ? Number(e.target.value) : e.target.value),
  }), attributes.class);
  const area = (label, path, value, { rows = 3, parse = (x) => x, hint = '' } = {}) => {
    if (value === null) return h('p', { class: 'field muted' }, `${label}: more than a text. Change it in the source.`);
    return labelled(label, h('textarea', { rows, spellcheck: 'false', autocapitalize: 'off', placeholder: hint, 'data-field': path.join('.'), oninput: (e) => put(path, parse(e.target.value)) }, value));
  };
  const headerArea = (label, path, value) => area(label, path, headerText(value), {
    rows: Math.min(8, Math.max(2, scenarios.pairs(value).length + 1)), parse: parseHeaders, hint: 'Name: value',
  });

  // What another way to load, or another mode, cannot take goes: it would be an error.
  const refit = (field) => {
    const next = fitted(wayOf(lab, now().request), now().request);
    for (const key of Object.keys(now().request)) if (!(key in next)) put(['request', key], undefined);
    repaint(field);
  };
  const methods = h('datalist', { id: `methods${i}` }, ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((m) => h('option', { value: m })));
  const modes = way.settings.map((s) => s.mode);
  const credentials = settingOf(way, request).credentials;

  const page = h('fieldset', { class: 'panel page' }, h('legend', null, 'The page'),
    h('div', { class: 'row' }, choice('Its origin (from)', ['request', 'from'], request.from, [...origins, ...PLACES], 'app'),
      choice('Way to load (via)', ['request', 'via'], scenarios.viaOf(request), lab.ways.map((w) => w.via), 'fetch', refit)),
    h('p', { class: 'muted small-text' }, way.about),
    h('div', { class: 'row' }, takes('method') ? line('Method', ['request', 'method'], request.method, { placeholder: 'GET', list: methods.id }) : null,
      line('Path', ['request', 'path'], request.path, { placeholder: '/' })), methods,
    h('div', { class: 'row' },
      modes.length > 1 ? choice('Mode', ['request', 'mode'], request.mode, modes, undefined, refit) : null,
      credentials.length > 1 ? choice('Credentials', ['request', 'credentials'], request.credentials, credentials) : null),
    takes('headers') ? headerArea('Headers that its script sets', ['request', 'headers'], request.headers) : null,
    ['body', 'redirect', 'cache', 'referrer-policy'].some(takes) ? more('More of the request', Boolean(request.body || request.redirect || request.cache || request['referrer-policy']),
      takes('body') ? area('Body', ['request', 'body'], scenarios.textOf(request.body), { rows: 2 }) : null,
      h('div', { class: 'row' }, takes('redirect') ? choice('Redirect', ['request', 'redirect'], request.redirect, ['follow', 'error', 'manual']) : null,
        takes('cache') ? choice('Cache', ['request', 'cache'], request.cache, ['no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached']) : null),
      takes('referrer-policy') ? choice('Referrer policy', ['request', 'referrer-policy'], request['referrer-policy'], ['no-referrer', 'origin', 'same-origin', 'strict-origin', 'strict-origin-when-cross-origin', 'unsafe-url']) : null) : null);

  const reply = (key, label, value, usual) => h('div', { class: 'reply', role: 'group', 'aria-label': label }, h('p', { class: 'cap' }, label),
    value && value.raw !== undefined ? h('p', { class: 'muted' }, 'A raw answer, byte for byte. Change it in the source.') : [
      line('Status', ['server', key, 'status'], value && value.status, { placeholder: usual, inputmode: 'numeric', class: 'short' }),
      headerArea('Headers', ['server', key, 'headers'], value && value.headers)]);

  const hops = h('div', { class: 'hops' });
  const paintHops = () => fill(hops, (now().server.redirects || []).map((hop, n) => h('div', { class: 'reply hop', role: 'group', 'aria-label': `Redirect ${n + 1}` },
    h('p', { class: 'cap' }, `Redirect ${n + 1}`, h('button', { type: 'button', class: 'quiet', 'aria-label': `Remove redirect ${n + 1}`, onclick: () => { setHops((list) => list.filter((x, k) => k !== n)); paintHops(); } }, 'Remove')),
    h('div', { class: 'row' },
      labelled('to', h('select', { onchange: (e) => setHop(n, 'to', e.target.value) }, [...new Set(['', ...origins, ...(hop.to ? [hop.to] : [])])].map((o) => h('option', { value: o, selected: o === (hop.to || '') }, o || (hop.location ? 'as written' : 'the same server'))))),
      labelled('Status', h('input', { type: 'text', inputmode: 'numeric', value: hop.status ?? '', placeholder: '302', oninput: (e) => setHop(n, 'status', /^\d+$/.test(e.target.value) ? Number(e.target.value) : e.target.value) }))),
    labelled('Headers', h('textarea', { rows: 2, spellcheck: 'false', placeholder: 'Name: value', oninput: (e) => setHop(n, 'headers', parseHeaders(e.target.value)) }, headerText(hop.headers))))));
  const setHops = (change) => {
    const list = change(scenarios.clone(now().server.redirects || []));
    put(['server', 'redirects'], list.length ? list : undefined);
  };
  const setHop = (n, key, value) => setHops((list) => {
    if (value === '' || value === undefined) delete list[n][key];
    else list[n][key] = value;
    return list;
  });
  paintHops();

  const setUp = server['set-up'];
  const hand = h('div', { class: 'by-hand' });
  const paintHand = () => {
    const s = now().server;
    fill(hand,
      reply('response', 'It answers the request', s.response, '200'),
      area('Body', ['server', 'response', 'body'], scenarios.textOf(s.response && s.response.body), { rows: 2, hint: 'what this way can load' }),
      reply('preflight', 'It answers a preflight', s.preflight, s.preflight ? '204' : '404'));
  };
  paintHand();
  const byPolicy = policyForm({
    origin: () => originOf(now().request.from || 'app'),
    apply: (answer) => {
      const { response = {}, preflight = {} } = now().server;
      const own = scenarios.pairs(response.headers).filter(([name]) => !/^(access-control-|vary$)/i.test(name));
      put(['server', 'response'], { ...response, headers: [...own, ...answer.response.map(ported)] });
      put(['server', 'preflight'], { ...(preflight.status ? { status: preflight.status } : {}), headers: answer.preflight.map(ported) });
      paintHand();
    },
  });

  const serverPanel = h('fieldset', { class: 'panel server-panel' }, h('legend', null, 'The server'),
    h('div', { class: 'row' }, choice('Its origin (to)', ['request', 'to'], request.to, origins, 'api')),
    setUp ? h('p', { class: 'muted' }, `The set-up ${setUp.name || setUp} answers: its replies are its own.`) : [
      more('Headers by policy', false, byPolicy), hand, hops,
      h('button', { type: 'button', class: 'quiet add', onclick: () => { setHops((list) => [...list, { to: 'third', status: 307 }]); paintHops(); } }, icon('v-right'), 'Redirect first')]);
  const others = beyond(now(), scenario);
  return h('div', { class: 'editor' }, page, serverPanel, others.length ? h('p', { class: 'muted small-text', 'data-beyond': '' }, `This case also has ${others.join(', ')}: change these in the source.`) : null);
}

// beyond is what a step has that the form does not show.
function beyond({ request, server, cookies, page, wait }, scenario) {
  const shown = ['from', 'to', 'via', 'method', 'path', 'credentials', 'mode', 'headers', 'body', 'redirect', 'cache', 'referrer-policy'];
  return [...Object.keys(request).filter((key) => !shown.includes(key)), server.resources && 'resources', cookies.length && 'cookies', Object.keys(page).length && 'a page of its own kind', wait && 'a wait', scenario.timeout && 'a timeout'].filter(Boolean);
}

const ported = ([name, value]) => [name, portable(value)];

const more = (label, open, ...children) => h('details', { class: 'more', open }, h('summary', null, label), children);

// wayOf is the way to load of a request, with what it can take.
const wayOf = (lab, request) => lab.ways.find((w) => w.via === scenarios.viaOf(request)) || { via: scenarios.viaOf(request), about: '', takes: [], settings: [{ mode: '', credentials: [] }] };

// settingOf is the mode that a request has, with the credentials modes that go
// with it.
const settingOf = (way, request) => way.settings.find((s) => s.mode === request.mode) || way.settings[0];

// fitted is a request without what its way to load cannot take.
const ALWAYS = ['from', 'to', 'via', 'path', 'userinfo'];
function fitted(way, request) {
  const { mode, credentials } = settingOf(way, request);
  return Object.fromEntries(Object.entries(request).filter(([key, value]) => ALWAYS.includes(key) || way.takes.includes(key)
    || (key === 'mode' && value === mode) || (key === 'credentials' && credentials.includes(value))));
}

// parseHeaders reads "Name: value" lines; a line without a colon is a name on its
// way.
export function parseHeaders(text) {
  const list = text.split('\n').filter((l) => l.trim()).map((l) => {
    const colon = l.indexOf(':');
    return colon < 0 ? [l.trim(), ''] : [l.slice(0, colon).trim(), portable(l.slice(colon + 1).trim())];
  });
  return list.length ? list : undefined;
}
