'use strict';
(() => {
  const root = document.documentElement;
  root.classList.add('js');
  const stored = {
    get(name) { try { return localStorage.getItem('corsproof-' + name); } catch { return null; } },
    set(name, value) { try { localStorage.setItem('corsproof-' + name, value); } catch { /* the choice lasts for this page */ } },
  };
  if (['light', 'dark'].includes(stored.get('theme'))) root.dataset.theme = stored.get('theme');

  // follow opens what the address names, and brings the reader there.
  function follow() {
    let id;
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = id && document.getElementById(id);
    if (!target) return;
    const details = target.closest('details');
    if (details) {
      details.open = true;
      details.scrollIntoView({ block: 'start', behavior: 'instant' });
      details.querySelector('summary').focus({ preventScroll: true });
    }
  }

  // move goes to the next cell in a direction.
  function move(cell, key) {
    const row = cell.closest('tr');
    const at = [...row.cells].indexOf(cell.closest('td'));
    const sibling = { ArrowUp: 'previousElementSibling', ArrowDown: 'nextElementSibling' }[key];
    if (sibling) return row[sibling] && row[sibling].cells[at].querySelector('a.cell');
    const cells = [...row.querySelectorAll('a.cell')];
    const i = cells.indexOf(cell);
    return { ArrowLeft: cells[i - 1], ArrowRight: cells[i + 1], Home: cells[0], End: cells.at(-1) }[key];
  }

  addEventListener('DOMContentLoaded', () => {
    const theme = document.getElementById('theme');
    const dark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches);
    const label = () => { theme.textContent = dark() ? 'Light' : 'Dark'; };
    theme.addEventListener('click', () => {
      root.dataset.theme = dark() ? 'light' : 'dark';
      stored.set('theme', root.dataset.theme);
      label();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', label);
    label();
    document.addEventListener('keydown', (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey || !e.target.matches('a.cell')) return;
      const next = move(e.target, e.key);
      if (next) { e.preventDefault(); next.focus(); }
    });
    document.addEventListener('click', (e) => {
      // A link to what the address already names changes no address.
      const to = e.target.closest('a[href^="#"]');
      if (to && to.getAttribute('href') === location.hash) follow();
    });
    follow();
    addEventListener('hashchange', follow);
  });
})();
