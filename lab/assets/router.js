// Pages by the address's fragment, so that a link to any state needs no server.
import { h, fill } from './text.js';

// A page is a function of (rest, context): it fills context.main, and may look at
// context.signal, which aborts when the reader goes elsewhere.
const pages = [];
let leaving = new AbortController();
let current = '';

export const page = (prefix, show) => pages.push({ prefix, show });

// go changes the address. quietly changes it without a new page.
export const go = (hash) => { location.hash = hash; };
export function quietly(hash) {
  current = hash;
  history.replaceState(null, '', hash);
}

function parse(hash) {
  const path = hash.replace(/^#\/?/, '');
  const found = pages.find((p) => path === p.prefix || path.startsWith(`${p.prefix}/`)) || pages.find((p) => p.prefix === '');
  return { page: found, rest: path.slice(found.prefix.length).replace(/^\//, '') };
}

async function show(first) {
  if (location.hash === current && !first) return;
  current = location.hash;
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const main = document.getElementById('main');
  const { page: found, rest } = parse(location.hash);
  for (const a of document.querySelectorAll('.places a')) {
    const here = found.prefix === a.dataset.place || (found.prefix === 'lesson' && a.dataset.place === '') || (found.prefix === 'case' && a.dataset.place === 'play');
    if (here) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  }
  main.dataset.page = found.prefix || 'home';
  main.dataset.state = 'loading';
  try {
    await found.show(rest, { main, signal });
  } catch (error) {
    if (signal.aborted) return;
    problem(main, error);
  }
  if (signal.aborted) return;
  main.dataset.state = 'ready';
  // A reader who came by a link hears and sees the new page from its heading on.
  if (!first) {
    const heading = main.querySelector('h1');
    scrollTo({ top: 0, behavior: 'instant' });
    if (heading) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
  }
}

export const entitle = (title) => { document.title = title ? `${title} · corsproof lab` : 'corsproof lab'; };

function problem(main, error) {
  entitle('Something went wrong');
  fill(main, h('div', { class: 'column' },
    h('h1', null, 'This page could not be shown.'),
    h('p', { class: 'lead' }, error.message),
    h('p', null, h('a', { href: '#/' }, 'To the course'))));
  if (error.status === undefined) console.error(error);
}

export function start() {
  addEventListener('hashchange', () => show(false));
  return show(true);
}
