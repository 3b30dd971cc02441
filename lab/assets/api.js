// The server's API. What cannot be done is an ApiError whose message is for the
// reader; problems say where a scenario is wrong.

export class ApiError extends Error {
  constructor(message, status, problems = []) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

async function answer(path, init) {
  let response;
  try {
    response = await fetch(`/api/${path}`, init);
  } catch {
    throw new ApiError('The lab does not answer. Is corsproof lab still running?', 0);
  }
  let data;
  try {
    data = await response.json();
  } catch {
    throw new ApiError(`The lab answered ${response.status} and no JSON.`, response.status);
  }
  if (!response.ok) throw new ApiError(data.error || `The lab answered ${response.status}.`, response.status, data.problems || []);
  return data;
}

const get = (path, signal) => answer(path, { signal });
const post = (path, data, signal) => answer(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: written(data), signal });

// written is a body in JSON. A scenario goes as its own source, so that the lines of
// its problems are those that its author sees.
function written({ source, ...data }) {
  if (source === undefined) return JSON.stringify(data);
  const rest = JSON.stringify(data).slice(1, -1);
  return `{"scenario":${source}${rest ? `,${rest}` : ''}}`;
}

// kept asks once; what failed may be asked for again.
const kept = (load) => {
  let promise;
  return () => {
    promise ||= load().catch((error) => {
      promise = undefined;
      throw error;
    });
    return promise;
  };
};

// engine is which profile of the oracle's is this browser's.
const engine = /firefox/i.test(navigator.userAgent) ? 'firefox' : /chrome|chromium/i.test(navigator.userAgent) ? 'chromium' : 'webkit';

const pathOf = (id) => id.split('/').map(encodeURIComponent).join('/');

export const lab = kept(() => get('lab'));
export const course = kept(() => get('course'));
export const catalogue = kept(() => get('catalogue'));
export const caseOf = (id) => get(`cases/${pathOf(id)}`);
export const plan = (subject, signal) => post('plan', { ...subject, engine }, signal);
export const policy = (policy) => post('policy', policy);
export const startRun = (subject, signal) => post('runs', { session, ...subject, engine }, signal);
export const armStep = (run, step, outcome, signal) => post(`runs/${encodeURIComponent(run)}/step`, { step, outcome }, signal);
export const endRun = (run, outcomes, signal) => post(`runs/${encodeURIComponent(run)}/end`, { outcomes }, signal);
export const headless = (subject, signal) => post('headless', { session, ...subject }, signal);

// The session names this page to the server: its runs, and what is said of them.
const session = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18)))).replaceAll('+', '-').replaceAll('/', '_');

// events listens to what the servers see while a run goes on, and no longer: a
// browser has few connections to one host, and tabs share them. It resolves when
// the stream is open, with the function that closes it.
export function events(onRequest) {
  const source = new EventSource(`/api/sessions/${session}/events`);
  source.addEventListener('request', (event) => onRequest(JSON.parse(event.data)));
  return new Promise((resolve, reject) => {
    source.onopen = () => resolve(() => source.close());
    source.onerror = () => {
      if (source.readyState === EventSource.CONNECTING) return; // it tries again
      source.close();
      reject(new ApiError('The stream of what the servers see could not be opened.', 0));
    };
  });
}
