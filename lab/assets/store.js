// What the lab remembers, in this browser only. Without storage (a private window,
// a policy) it remembers as long as the page is open.
const memory = new Map();

function read(key) {
  try {
    const text = localStorage.getItem(`corsproof-lab-${key}`);
    if (text !== null) return JSON.parse(text);
  } catch { /* no storage, or not ours */ }
  return memory.get(key);
}

function write(key, value) {
  memory.set(key, value);
  try {
    localStorage.setItem(`corsproof-lab-${key}`, JSON.stringify(value));
  } catch { /* remembered in this page */ }
}

// Progress: {done: {"lesson/step": "right" | "wrong" | "seen"}, last: "lesson/step"}.
export function progress() {
  const p = read('progress');
  return p && typeof p === 'object' && p.done && typeof p.done === 'object' ? p : { done: {} };
}

export function visit(lesson, step) {
  write('progress', { ...progress(), last: `${lesson}/${step}` });
}

export function finish(lesson, step, how) {
  const p = progress();
  write('progress', { ...p, done: { ...p.done, [`${lesson}/${step}`]: how } });
}

export const doneOf = (lesson, p = progress()) => lesson.steps.filter((s) => p.done[`${lesson.id}/${s.id}`]).length;

export const forget = () => write('progress', { done: {} });

export const theme = () => read('theme');
export const setTheme = (name) => write('theme', name);
