// The page without this script shows the whole matrix. The script adds the
// filter, the keys, and the details of a case, drawn when they are asked for.
// Text from records reaches the page as text nodes only, never as markup.
(() => {
  'use strict';
  const root = document.documentElement;
  root.classList.add('js');
  const stored = {
    get: (key) => { try { return localStorage.getItem('corsproof-' + key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem('corsproof-' + key, value); } catch { /* private window */ } },
  };
  const theme = stored.get('theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  document.addEventListener('DOMContentLoaded', start);

  const $ = (id) => document.getElementById(id);

  // h makes an element. Attributes whose value is null, undefined or false are left out.
  function h(name, attributes, ...children) {
    const e = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (key === 'onclick') e.addEventListener('click', value);
      else e.setAttribute(key, value === true ? '' : value);
    }
    e.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== ''));
    return e;
  }

  const SVG = 'http://www.w3.org/2000/svg';
  function icon(id, cls) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('aria-hidden', 'true');
    if (cls) svg.setAttribute('class', cls);
    const use = document.createElementNS(SVG, 'use');
    use.setAttribute('href', '#' + id);
    svg.append(use);
    return svg;
  }
  const reads = ['allowed', 'opaque', 'blocked', 'unobservable'];
  const glyph = (read) => icon('g-' + (reads.includes(read) ? read : 'none'), reads.includes(read) ? read : 'none');

  // shown makes what does not print visible, so that nothing hides in a value.
  function shown(text) {
    const parts = [];
    let last = 0;
    for (const m of text.matchAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu)) {
      if (m[0] === '\n' || m[0] === '\t') continue;
      const code = m[0].codePointAt(0);
      parts.push(text.slice(last, m.index), h('span', { class: 'ctl' }, code < 256 ? '\\x' + code.toString(16).padStart(2, '0') : '\\u{' + code.toString(16) + '}'));
      last = m.index + m[0].length;
    }
    parts.push(text.slice(last));
    return parts;
  }

  // link is a link only if it goes to the web.
  function link(url, text, cls) {
    if (!/^https?:\/\//.test(url || '')) return h('span', { class: cls }, shown(text || url || ''));
    return h('a', { href: url, rel: 'noreferrer', class: cls }, shown(text || url));
  }

  let byCase; // case id -> its records, once they are unpacked
  let unpacking;
  // unpack reads the records when the first case is opened: they are most of the
  // page, and say much the same again and again, so they come compressed.
  async function unpack() {
    const packed = atob($('data').textContent.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = new Blob([Uint8Array.from(packed, (c) => c.charCodeAt(0))]);
    const text = await new Response(bytes.stream().pipeThrough(new DecompressionStream('gzip'))).text();
    const records = new Map();
    for (const r of JSON.parse(text)) {
      if (!records.has(r.id)) records.set(r.id, []);
      records.get(r.id).push(r);
    }
    byCase = records;
  }
  const recordsOf = (id) => byCase.get(id) || [];

  // The details of a case.

  const words = {
    pass: 'passed', divergence: 'diverged', unexpected: 'unexpected', stale: 'stale',
    inconclusive: 'inconclusive', error: 'failed to run', 'not-applicable': 'not applicable',
  };

  function panel(id, engine, close) {
    const all = recordsOf(id);
    const mine = all.filter((r) => r.engine === engine);
    const others = all.filter((r) => r.engine !== engine);
    const name = 'panel ' + id;
    return h('section', { class: 'panel', 'aria-label': 'Details of ' + id, id: name },
      [...mine, ...others].map((r, i) => part(r, i, all.length > 1)),
      h('button', { type: 'button', class: 'quiet close', onclick: close }, 'Close'));
  }

  function part(r, i, several) {
    return h('div', { class: 'engine-part' },
      h('header', null,
        h('h3', null, i === 0 ? shown(r.id) : shown(r.label)),
        several && i === 0 ? h('span', { class: 'muted' }, shown(r.label)) : null,
        h('span', { class: 'pill ' + r.verdict }, icon('v-' + r.verdict), words[r.verdict] || r.verdict)),
      i === 0 ? h('p', { class: 'lead' }, shown(r.why || ''), ' ', r.spec ? link(r.spec, 'Where the standard says so') : null) : null,
      (r.problems || []).length || r.explained ? h('div', { class: 'problems ' + r.verdict },
        (r.problems || []).map((p) => h('p', null, shown(p))),
        r.explained ? h('p', null, 'Explained by ', link(r.explained)) : null) : null,
      (r.steps || []).map((s, n) => step(r, s, n)),
      foot(r));
  }

  function step(r, s, n) {
    return h('div', { class: 'step' },
      r.steps.length > 1 ? h('p', { class: 'step-name' }, 'Step ' + (n + 1) + ' of ' + r.steps.length) : null,
      s.request.page ? h('p', { class: 'step-name' }, 'On ', shown(s.request.page)) : null,
      request(s.request),
      votes(r, s),
      h('div', { class: 'two' },
        h('div', null, h('h4', null, 'On the wire'), wire(r, s, (r.decide || [])[n] || { exchange: -1 })),
        (s.oracle.trace || []).length ? h('div', null, h('h4', null, 'What the standard does'), trace(s.oracle),
          s.profile && (s.profile.trace || []).length ? h('details', null, h('summary', null, 'What this engine is known to do'), trace(s.profile)) : null) : null));
  }

  // request is what the page did, in its own words if the record has them.
  function request(q) {
    const lines = [q.text || [q.method, q.url].filter(Boolean).join(' ')];
    if (!q.text) {
      const more = [];
      if (q.mode) more.push('mode ' + q.mode);
      if (q.credentials) more.push('credentials ' + q.credentials);
      if (more.length) lines.push(more.join(', '));
      for (const header of q.headers || []) lines.push(header.name + ': ' + header.value);
      if (q.body) lines.push('', q.body);
    }
    return h('pre', { class: 'request', 'aria-label': 'The request' }, shown(lines.join('\n')));
  }

  const sameVote = (a, b) => a.read === b.read && (!a.reason || !b.reason || a.reason === b.reason);
  const methods = (wire) => (wire || []).map((e) => e.method).join(', ') || 'nothing';

  function votes(r, s) {
    const explained = r.verdict === 'divergence' ? ' divergence' : '';
    const ran = Boolean(s.observed.read);
    const vote = (who, by, v, differs, lines) => h('div', { class: 'vote' + (differs ? ' differs' + explained : ''), role: 'group', 'aria-label': who },
      h('p', { class: 'who' }, h('b', null, shown(who)), ' ', shown(by), differs ? [' ', h('span', { class: 'flag' }, 'differs')] : null),
      h('p', { class: 'what' }, glyph(v.read), shown(v.read || 'no outcome')),
      v.reason ? h('p', { class: 'reason' }, shown(v.reason)) : null,
      h('ul', null, lines.filter(Boolean).map((l) => h('li', null, shown(l)))));
    const response = (v) => v.type && v.type !== 'error' ? 'response ' + v.type + (v.status ? ', ' + v.status : '') : null;
    const o = s.observed;
    const left = ran && (!sameVote(o, s.oracle) || (r.verdict !== 'pass' && methods(o.wire) !== methods(s.oracle.wire)));
    return h('div', { class: 'votes' },
      vote('The scenario', 'claims', s.claim, !sameVote(s.claim, s.oracle), [
        s.claim['server-saw'] && 'server saw ' + (s.claim['server-saw'].join(', ') || 'nothing'), ...(s.claim.more || [])]),
      vote('The standard', 'computes', s.oracle, false, [response(s.oracle), 'server sees ' + methods(s.oracle.wire)]),
      s.profile ? vote('This engine', 'is known to', s.profile, false, [response(s.profile), 'server sees ' + methods(s.profile.wire)]) : null,
      vote(r.label, 'did', o, left, ran ? [response(o), 'server saw ' + methods(o.wire),
        o.native && o.native !== o.reason && 'in its own words: ' + o.native, o.error && 'script saw: ' + o.error,
        o.headers && o.headers.length && 'script can read: ' + o.headers.map((x) => x.name).join(', '),
        o.muted === true && 'its errors are muted'] : []));
  }

  // Headers that CORS is about. The others fold away.
  const matters = /^(origin|access-control-.*|cookie|set-cookie|content-type|location|authorization|vary|cross-origin-.*|timing-allow-origin|range|content-range)$/i;

  function headerList(headers, deciding, script) {
    const own = new Set((script || []).map((x) => x.name.toLowerCase()));
    const first = [], rest = [];
    let found = false;
    for (const x of headers || []) {
      const decides = deciding && x.name.toLowerCase() === deciding.toLowerCase();
      found ||= decides;
      const important = decides || matters.test(x.name) || own.has(x.name.toLowerCase());
      (important ? first : rest).push(h('p', { class: decides ? 'deciding' : important ? 'own' : null },
        decides ? h('span', { class: 'sr' }, 'Decides: ') : null, shown(x.name + ': ' + x.value)));
    }
    if (deciding && !found) {
      first.push(h('p', { class: 'deciding absent' }, h('span', { class: 'sr' }, 'Decides: '), deciding + ': ', h('i', null, 'absent')));
    }
    if (!first.length && !rest.length) return null;
    return h('div', { class: 'headers' }, first, rest.length
      ? h('details', null, h('summary', null, rest.length + (first.length ? ' more' : '') + (rest.length === 1 ? ' header' : ' headers')), rest) : null);
  }

  function bodyText(text, label) {
    if (!text) return null;
    const cut = text.length > 4096 ? text.slice(0, 4096) + ' …' : text;
    return h('details', { class: 'bodytext' }, h('summary', null, label + ', ' + text.length + (text.length === 1 ? ' byte' : ' bytes')), h('pre', null, shown(cut)));
  }

  const direction = (text) => h('span', { class: 'sr direction' }, text + ' ');

  function wire(r, s, decide) {
    const exchanges = s.observed.wire || [];
    const origins = [...new Set(exchanges.map((e) => e.at))];
    const where = origins.length === 1 ? origins[0] : origins.length ? origins.length + ' origins' : r.to;
    const list = h('ol', { class: 'messages' });
    list.append(h('li', { class: 'message page' }, direction('page to browser'), h('p', { class: 'line' }, shown(s.request.via || r.via)), arrow()));
    let group = null;
    exchanges.forEach((e, i) => {
      const decides = decide.exchange === i;
      const items = [
        h('li', { class: 'message' }, direction('browser to server'),
          h('p', { class: 'line' }, h('span', null, h('b', null, shown(e.method)), ' ', shown((origins.length > 1 ? e.at : '') + e.path), e.retry ? ' (sent again)' : ''), h('span', { class: 'at' }, e.ms.toFixed(1) + ' ms')),
          arrow(), headerList(e.headers, decides ? decide.request : '', s.request.headers), bodyText(e.body, 'body')),
        h('li', { class: 'message back' + (e.status ? '' : ' lost') }, direction('server to browser'),
          h('p', { class: 'line' }, e.status ? h('b', null, String(e.status)) : h('span', null, 'no reply was sent')),
          arrow(), e.status ? headerList(e['reply-headers'], decides ? decide.reply : '') : null, bodyText(e['reply-body'], 'body'))];
      if (e.preflight) {
        group = h('ol', null, items);
        list.append(h('li', { class: 'preflight' }, h('p', null, 'Preflight'), group));
      } else {
        list.append(...items);
      }
    });
    if (!exchanges.length) {
      list.append(h('li', { class: 'quiet-note' }, s.observed.read ? 'Nothing was sent to a server.' : 'Nothing was recorded.'));
    }
    if (s.observed.read) {
      list.append(h('li', { class: 'message page back' }, direction('browser to page'), h('p', { class: 'line' }, h('span', null, glyph(s.observed.read), ' ', shown(s.observed.read))), arrow()));
    }
    return h('div', { class: 'wire' },
      h('div', { class: 'lanes', 'aria-hidden': 'true' },
        h('div', null, h('b', null, 'Page'), h('span', null, shown(r.page || ''))),
        h('div', null, h('div', null, h('b', null, 'Browser')), h('div', null, h('b', null, 'Server'), h('span', null, shown(where || ''))))),
      list);
  }
  const arrow = () => h('div', { class: 'arrow', 'aria-hidden': 'true' });

  // trace is the algorithm step by step, each with the requests that it sends.
  function trace(oracle) {
    const sent = (request) => h('p', { class: 'sent' }, h('span', { 'aria-hidden': 'true' }, '→ '), h('span', { class: 'sr' }, 'It sends '),
      h('b', null, shown(request.method)), ' ', shown(request.url));
    return h('ol', { class: 'trace' }, oracle.trace.map((t) => h('li', { class: t.fails ? 'fails' : null },
      link(t.spec, t.algorithm, 'algorithm'), t.hop ? h('span', { class: 'hop' }, ' after redirect ' + t.hop) : null,
      h('p', null, shown(t.text), t.fails ? [' ', h('span', { class: 'stop' }, 'It ends here.')] : null),
      (t.wire || []).map((i) => (oracle.wire || [])[i]).filter(Boolean).map(sent))));
  }

  function foot(r) {
    const row = (name, ...value) => h('div', null, h('dt', null, name), h('dd', null, value));
    return h('dl', { class: 'foot' },
      row('Run it again', copyable(r.run)),
      row('Explain it', copyable(r.explain)),
      row('Change it', copyable(r.lab), r.labURL ? [' ', link(r.labURL, 'open it in the lab'), ' while that runs'] : null),
      r.control ? row('Control', shown(r.control)) : null,
      r.source ? row('Source', h('code', null, shown(r.source))) : null,
      row('Took', r.ms.toFixed(1) + ' ms' + (r.attempt > 1 ? ', attempt ' + r.attempt : '')));
  }

  function copyable(text) {
    const code = h('code', null, shown(text));
    const button = h('button', { type: 'button', class: 'quiet', 'aria-label': 'Copy: ' + text, onclick: async () => {
      button.textContent = await copy(text, code) ? 'Copied' : 'Selected';
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    } }, 'Copy');
    return h('span', { class: 'copy' }, code, button);
  }
  // copy says whether it could; if not, the text is selected for the reader to copy.
  async function copy(text, element) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      getSelection().selectAllChildren(element);
      return false;
    }
  }

  // The matrix: filter, keys, opening.

  function start() {
    const sections = [...document.querySelectorAll('section.topic')].map((section) => ({
      section, topic: section.dataset.topic,
      bodies: [...section.querySelectorAll('tbody')].map((body) => {
        const heading = body.querySelector('tr.heading');
        const shared = heading ? heading.textContent : '';
        return { body, rows: [...body.querySelectorAll('tr.case')].map((row) => {
          const head = (shared + ' ' + row.cells[0].textContent).toLowerCase();
          return { row, cells: [...row.querySelectorAll('a.cell')].map((a) => {
            a.setAttribute('role', 'button');
            a.setAttribute('aria-expanded', 'false');
            return { a, text: (head + ' ' + a.dataset.case + ' ' + a.textContent).toLowerCase() };
          }) };
        }) };
      }),
    }));
    const total = sections.flatMap((s) => s.bodies).flatMap((b) => b.rows).flatMap((r) => r.cells).length;
    const controls = ['search', 'by-topic', 'by-via', 'by-read', 'by-engine'].map($).filter(Boolean);
    const chips = [...document.querySelectorAll('.chip')];

    function filter() {
      const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
      const want = (id) => ($(id) ? $(id).value : '');
      const [topic, via, read, engine] = [want('by-topic'), want('by-via'), want('by-read'), want('by-engine')];
      const verdicts = chips.filter((c) => c.ariaPressed === 'true').map((c) => c.dataset.verdict);
      let found = 0;
      for (const s of sections) {
        let inSection = 0;
        for (const b of s.bodies) {
          let inBody = 0;
          for (const r of b.rows) {
            let inRow = 0;
            for (const { a, text } of r.cells) {
              const ok = (!topic || s.topic === topic) && (!via || a.dataset.via === via) && (!read || a.dataset.read === read) &&
                (!engine || a.dataset.engine === engine) && (!verdicts.length || verdicts.includes(a.dataset.verdict)) && words.every((w) => text.includes(w));
              a.classList.toggle('off', !ok);
              a.tabIndex = ok && inRow === 0 ? 0 : -1;
              if (ok) inRow++;
            }
            r.row.hidden = !inRow;
            const detail = r.row.nextElementSibling;
            if (detail && detail.classList.contains('detail')) detail.hidden = !inRow;
            inBody += inRow;
          }
          b.body.hidden = !inBody;
          inSection += inBody;
        }
        s.section.hidden = !inSection;
        found += inSection;
      }
      const filtered = words.length || topic || via || read || engine || verdicts.length;
      $('found').textContent = (filtered ? found + ' of ' : '') + total + (total === 1 ? ' case' : ' cases');
      $('clear').hidden = !filtered;
      $('nothing').hidden = found > 0 || total === 0;
    }
    // reveal brings the filter, and what it found, under the reader's eyes.
    const reveal = () => $('filter').scrollIntoView({ block: 'start', behavior: 'instant' });
    function clear() {
      for (const c of controls) c.value = '';
      for (const c of chips) c.ariaPressed = 'false';
      filter();
    }
    for (const c of controls) c.addEventListener('input', filter);
    for (const c of chips) c.addEventListener('click', () => { c.ariaPressed = c.ariaPressed === 'true' ? 'false' : 'true'; filter(); reveal(); });
    for (const id of ['clear', 'clear-nothing']) $(id).addEventListener('click', () => { clear(); $('search').focus(); });
    $('filter').addEventListener('submit', (e) => e.preventDefault());

    function closeRow(row) {
      const detail = row.nextElementSibling;
      if (detail && detail.classList.contains('detail')) detail.remove();
      for (const a of row.querySelectorAll('a.cell')) {
        a.ariaExpanded = 'false';
        a.removeAttribute('aria-controls');
      }
    }
    async function open(a) {
      const row = a.closest('tr');
      closeRow(row);
      a.ariaExpanded = 'true';
      if (!byCase) {
        await (unpacking ||= unpack());
        if (a.ariaExpanded !== 'true' || a.hasAttribute('aria-controls')) return; // closed meanwhile, or open
      }
      const close = () => { closeRow(row); a.focus(); forget(a); };
      const content = panel(a.dataset.case, a.dataset.engine, close);
      const width = [...row.cells].reduce((n, c) => n + c.colSpan, 0);
      row.after(h('tr', { class: 'detail', role: 'row' }, h('td', { role: 'cell', colspan: width }, content)));
      a.setAttribute('aria-controls', content.id);
    }
    function remember(a) { history.replaceState(null, '', a.getAttribute('href')); }
    function forget(a) { if (location.hash === a.getAttribute('href')) history.replaceState(null, '', location.pathname + location.search); }
    function toggle(a) {
      if (a.ariaExpanded === 'true') {
        closeRow(a.closest('tr'));
        forget(a);
      } else {
        open(a);
        remember(a);
      }
    }
    // follow opens the case that the address names.
    function follow() {
      let id;
      try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
      const a = id && $(id);
      if (!a) return;
      if (!a.matches('a.cell')) { // a heading that the filter may hide
        if (a.closest('[hidden]')) { clear(); a.scrollIntoView(); }
        return;
      }
      if (a.classList.contains('off')) clear();
      open(a);
      focusCell(a);
      a.closest('tr').scrollIntoView({ block: 'start', behavior: 'instant' });
    }

    const rows = () => sections.filter((s) => !s.section.hidden).flatMap((s) => s.bodies).filter((b) => !b.body.hidden).flatMap((b) => b.rows).filter((r) => !r.row.hidden);
    const live = (r) => r.cells.map((c) => c.a).filter((a) => !a.classList.contains('off'));
    function focusCell(a) {
      for (const other of a.closest('tr').querySelectorAll('a.cell')) other.tabIndex = other === a ? 0 : -1;
      a.focus({ preventScroll: true });
      a.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
    function nearest(cells, x) {
      return cells.reduce((best, a) => (Math.abs(a.getBoundingClientRect().left - x) < Math.abs(best.getBoundingClientRect().left - x) ? a : best));
    }
    function move(a, key) {
      const all = rows();
      const at = all.findIndex((r) => r.row === a.closest('tr'));
      const cells = live(all[at] || { cells: [] });
      const i = cells.indexOf(a);
      const x = a.getBoundingClientRect().left;
      switch (key) {
        case 'ArrowLeft': return cells[i - 1];
        case 'ArrowRight': return cells[i + 1];
        case 'Home': return cells[0];
        case 'End': return cells.at(-1);
        case 'ArrowUp': return at > 0 ? nearest(live(all[at - 1]), x) : null;
        case 'ArrowDown': return at + 1 < all.length ? nearest(live(all[at + 1]), x) : null;
      }
      return null;
    }

    document.addEventListener('click', (e) => {
      const a = e.target.closest('a.cell');
      if (a && !e.metaKey && !e.ctrlKey && !e.shiftKey) {
        e.preventDefault();
        toggle(a);
        return;
      }
      // A link to the case that the address already names changes no address.
      const to = e.target.closest('a[href^="#"]');
      if (to && to.getAttribute('href') === location.hash) follow();
    });
    document.addEventListener('keydown', (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const typing = e.target.matches('input, select, textarea');
      if (e.key === '/' && !typing) {
        e.preventDefault();
        reveal();
        $('search').focus({ preventScroll: true });
        $('search').select();
      } else if (e.key === 'Escape') {
        if (e.target === $('search')) {
          $('search').value = '';
          filter();
          return;
        }
        const detail = e.target.closest('tr.detail');
        const row = detail ? detail.previousElementSibling : e.target.closest('tr.case');
        const a = row && row.querySelector('a.cell[aria-expanded="true"]');
        if (a) { toggle(a); focusCell(a); }
      } else if (e.key === 'ArrowDown' && e.target === $('search')) {
        const first = rows()[0];
        if (first) { e.preventDefault(); focusCell(live(first)[0]); }
      } else if (e.target.matches('a.cell')) {
        if (e.key === ' ') { e.preventDefault(); toggle(e.target); return; }
        const next = move(e.target, e.key);
        if (next) { e.preventDefault(); focusCell(next); }
      }
    });

    const dark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches);
    const label = () => { $('theme').textContent = dark() ? 'Light' : 'Dark'; };
    $('theme').addEventListener('click', () => {
      root.dataset.theme = dark() ? 'light' : 'dark';
      stored.set('theme', root.dataset.theme);
      label();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', label);
    label();
    const compact = (on) => { document.body.classList.toggle('compact', on); $('compact').checked = on; };
    $('compact').addEventListener('change', () => { compact($('compact').checked); stored.set('compact', $('compact').checked ? '1' : ''); });
    compact(stored.get('compact') === '1');

    filter();
    follow();
    addEventListener('hashchange', follow);
  }
})();
