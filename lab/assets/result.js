// What happened: the outcome in the browser's words, what script can read, the
// wire, and the standard's steps.
import { h, glyph, icon, shown, link, sr } from './text.js';
import { wire } from './wire.js';
import { trace, deciding } from './trace.js';
import { MEANING } from './predict.js';

// result shows a Result. mirror stands below the outcome; after is the lesson's
// own words.
export function result(r, { mirror = null, after = null } = {}) {
  const several = r.steps.length > 1;
  const last = r.steps.at(-1);
  return h('section', { class: 'result', 'aria-labelledby': 'outcome', 'data-result': '', 'data-read': last.read || 'none', 'data-where': r.where },
    headline(last, several), mirror,
    r.where === 'headless' ? h('p', { class: 'headless' }, icon('o-other'), `Ran in ${label(r.engine)}, headless, on this machine.`) : null,
    leaving(last, r), after,
    r.steps.map((seen, i) => step(seen, i, r.steps.length)));
}

const label = (engine) => [engine.name || engine.key, engine.version].filter(Boolean).join(' ');

// headline is the last step's outcome, big, and why.
function headline(seen, several) {
  const why = deciding(seen.agrees === false || !seen.profile ? seen.standard : seen.profile);
  const read = seen.timedOut ? 'none' : seen.read;
  // Browsers do not tell a page why; where they did what the standard says, its
  // reason is theirs.
  const course = seen.profile || seen.standard || {};
  const reason = seen.reason || (seen.agrees !== false && course.read === seen.read ? course.reason : '');
  const reached = (seen.wire || []).filter((e) => !e.preflight && e.reply && e.reply.status);
  return h('div', { class: `outcome ${read || 'none'}` },
    h('p', { class: 'cap' }, several ? 'What came of the last request' : 'What happened'),
    h('h2', { id: 'outcome', tabindex: '-1', 'data-outcome': read || 'none' }, glyph(read), h('span', null, seen.timedOut ? 'nothing in time' : seen.read || 'no outcome')),
    h('p', { class: 'means' }, seen.timedOut ? 'No event came before the deadline.' : MEANING[seen.read] || ''),
    read === 'blocked' && reached.length ? h('p', { class: 'received', 'data-received': '' }, h('b', null, 'Blocked, but received. '), `The server had the request${reached.length > 1 ? 's' : ''} and did answer; only the page was kept from reading.`) : null,
    read === 'blocked' && !reached.length ? stopped(seen) : null,
    why && (read === 'blocked' || read === 'opaque') ? h('p', { class: 'because' }, shown(why.step.text)) : null,
    seen.error ? h('p', { class: 'words' }, 'The browser’s words to the script: ', h('code', null, shown(seen.error))) : null,
    reason ? h('p', { class: 'reason' }, sr('Reason: '), h('code', null, shown(reason))) : null);
}

// stopped says how far a request came that no server has answered.
function stopped(seen) {
  const wire = seen.wire || [];
  if (!wire.length) return h('p', { class: 'received' }, h('b', null, 'Nothing was sent. '), 'No server has heard of this request.');
  if (wire.every((e) => e.preflight)) return h('p', { class: 'received' }, h('b', null, 'Stopped at the door. '), 'Only the preflight was sent. The request itself never left the browser.');
  return null;
}

// leaving says where this browser and the standard part.
function leaving(seen, r) {
  const switches = seen.switches || [];
  if (seen.agrees !== false && !switches.length) return null;
  const differences = seen.differences || [];
  return h('div', { class: `leaving ${seen.agrees === false ? 'unexplained' : ''}`, 'data-agrees': String(seen.agrees !== false) },
    h('p', null, h('b', null, switches.length ? 'Your browser goes its own way here. ' : 'Your browser did something else here. '),
      seen.standard ? ['The standard says ', h('b', null, shown(seen.standard.read)), '. '] : null,
      switches.length ? `${r.engine.name || 'This engine'} is known for it:` : null),
    switches.length ? h('ul', null, switches.map((s) => h('li', null, shown(s.about), ' ', link(s.link, 'Read about it')))) : null,
    seen.agrees === false && differences.length ? h('ul', null, differences.map((d) => h('li', null, shown(d)))) : null,
    seen.agrees === false && !switches.length ? h('p', { class: 'muted' }, 'Browsers have bugs, and an extension, a proxy or a setting may have a hand in it: try a private window.') : null);
}

function step(seen, i, n) {
  const several = n > 1;
  const parts = [
    h('div', { class: 'part' }, h('h3', null, 'On the wire'), wire(seen)),
    h('div', { class: 'pair' },
      h('div', { class: 'part' }, h('h3', null, 'What script can read'), readable(seen)),
      h('div', { class: 'part' }, h('h3', null, 'The standard, step by step'), seen.standard && seen.standard.trace ? trace(seen.standard) : h('p', { class: 'muted' }, 'The replies of this set-up are not known before it has run.'),
        seen.profile && (seen.profile.trace || []).length ? h('details', null, h('summary', null, 'What this engine is known to do'), trace(seen.profile)) : null)),
  ];
  if (!several) return h('div', { class: 'one', 'data-seen': i }, parts);
  return h('details', { class: 'one', open: i === n - 1, 'data-seen': i },
    h('summary', null, h('span', { class: 'nth' }, `Request ${i + 1} of ${n}`), h('span', { class: `pill ${seen.read}` }, glyph(seen.read), seen.read || 'no outcome'),
      h('span', { class: 'muted' }, (seen.wire || []).map((e) => e.method).join(', ') || 'nothing on the wire')), parts);
}

// readable is what script has of the response: that, and nothing else.
function readable(seen) {
  const row = (name, value, quiet) => h('div', { class: quiet ? 'quiet-row' : null }, h('dt', null, name), h('dd', null, value));
  const reply = (seen.wire || []).filter((e) => !e.preflight && e.reply && e.reply.status).at(-1);
  const sent = reply ? reply.reply.headers || [] : [];
  const own = new Set((seen.headers || []).map(([name]) => name.toLowerCase()));
  const hidden = [...new Set(sent.map(([name]) => name.toLowerCase()))].filter((name) => !own.has(name));
  if (seen.read === 'blocked' || !seen.read) {
    return h('dl', { class: 'readable none', 'data-readable': 'nothing' },
      row('type', seen.type || 'error', true), row('status', 'nothing', true), row('headers', 'nothing', true), row('body', 'nothing', true),
      seen.error ? row('error', h('code', null, shown(seen.error))) : null);
  }
  const closed = seen.read === 'opaque' || seen.read === 'unobservable';
  return h('dl', { class: 'readable', 'data-readable': closed ? 'little' : 'answer' },
    seen.type ? row('type', h('code', null, shown(seen.type))) : null,
    row('status', seen.status ? String(seen.status) : closed ? 'hidden' : 'not told by this way to load', !seen.status),
    row('headers', (seen.headers || []).length ? h('ul', { class: 'headers' }, seen.headers.map(([name, value]) => h('li', null, h('span', { class: 'key' }, shown(name), ':'), ' ', shown(value)))) : closed ? 'hidden' : 'none', !(seen.headers || []).length),
    row('body', seen.body ? h('pre', { tabindex: '0' }, shown(seen.body.slice(0, 600))) : closed ? 'hidden' : 'not read', !seen.body),
    seen.error ? row('error', h('code', null, shown(seen.error))) : null,
    !closed && (seen.headers || []).length && hidden.length ? row('sent, but hidden', hidden.join(', '), true) : null);
}
