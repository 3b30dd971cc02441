// What puts text and elements into the page. What came from a server, a scenario
// or an author is put in as text, never as markup.

// h makes an element. Attributes whose value is null, undefined or false are left
// out; a function is a listener. There is no style attribute: the page's policy
// lets none in.
export function h(name, attributes, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') e.addEventListener(key.slice(2), value);
    else e.setAttribute(key, value === true ? '' : value);
  }
  e.append(...kept(children));
  return e;
}

const kept = (children) => children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== '');

// fill gives an element other children.
export const fill = (element, ...children) => element.replaceChildren(...kept(children));

const SVG = 'http://www.w3.org/2000/svg';

// icon is one of the drawings in index.html. It says nothing that text beside it
// does not.
export function icon(id, className) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', className ? `icon ${className}` : 'icon');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#${id}`);
  svg.append(use);
  return svg;
}

const READS = ['allowed', 'opaque', 'blocked', 'unobservable'];
// glyph is the shape of an outcome.
export const glyph = (read) => icon(`g-${READS.includes(read) ? read : 'none'}`, READS.includes(read) ? read : 'none');

export const sr = (...text) => h('span', { class: 'sr' }, text);

export const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

// shown makes what does not print visible, so that nothing hides in a value.
export function shown(text) {
  const parts = [];
  let last = 0;
  const source = String(text ?? '');
  for (const m of source.matchAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu)) {
    if (m[0] === '\n' || m[0] === '\t') continue;
    const code = m[0].codePointAt(0);
    parts.push(source.slice(last, m.index), h('span', { class: 'ctl' }, code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`));
    last = m.index + m[0].length;
  }
  parts.push(source.slice(last));
  return parts;
}

// link is a link only if it goes to the web.
export function link(url, text, className) {
  if (!/^https?:\/\//.test(url || '')) return h('span', { class: className }, shown(text || url));
  return h('a', { href: url, rel: 'noreferrer', target: '_blank', class: className }, shown(text || url), sr(' (opens the standard in a new tab)'));
}

// prose is an author's text: `code`, *emphasis*, and a blank line between
// paragraphs. code gives the element of a piece of code.
export function prose(text, code = (piece) => h('code', null, shown(piece))) {
  return String(text || '').split(/\n\s*\n/).filter((p) => p.trim()).map((paragraph) => h('p', null, inline(paragraph.trim(), code)));
}

export function inline(text, code = (piece) => h('code', null, shown(piece))) {
  const parts = [];
  let last = 0;
  for (const m of text.matchAll(/`([^`]+)`|\*([^\s*](?:[^*]*[^\s*])?)\*/g)) {
    parts.push(shown(text.slice(last, m.index)), m[1] !== undefined ? code(m[1]) : h('em', null, shown(m[2])));
    last = m.index + m[0].length;
  }
  parts.push(shown(text.slice(last)));
  return parts;
}

// copyButton copies what text() gives, or selects the element for the reader to
// copy where the browser lets no page copy.
export function copyButton(label, text, element) {
  const button = h('button', { type: 'button', class: 'quiet', onclick: async () => {
    let said = 'Copied';
    try {
      await navigator.clipboard.writeText(await text());
    } catch {
      if (element) getSelection().selectAllChildren(element);
      said = element ? 'Selected' : 'Not copied';
    }
    word.textContent = said;
    setTimeout(() => { word.textContent = label; }, 1500);
  } });
  const word = h('span', { 'aria-live': 'polite' }, label);
  button.append(word);
  return button;
}
