// The JSON form of a scenario: what it says of a step, whichever way it is written.

export const stepsOf = (scenario) => (Array.isArray(scenario.steps) && scenario.steps.length ? scenario.steps : [{}]);

const isMap = (x) => x !== null && typeof x === 'object' && !Array.isArray(x);

// laid puts one mapping over another, as the format does: mappings merge, all else
// replaces.
function laid(under, over) {
  if (!isMap(under) || !isMap(over)) return over === undefined ? under : over;
  const out = { ...under };
  for (const [key, value] of Object.entries(over)) out[key] = key === 'headers' ? value : laid(under[key], value);
  return out;
}

// at is what a scenario says of its step i: {request, server, cookies, page, wait}.
export function at(scenario, i) {
  const step = stepsOf(scenario)[i] || {};
  return {
    request: laid(scenario.request || {}, step.request || {}),
    server: laid(scenario.server || {}, step.server || {}),
    cookies: step.cookies || (i === 0 ? scenario.cookies : null) || [],
    page: laid(scenario.page || {}, isMap(step.page) ? step.page : {}),
    wait: step.wait,
  };
}

// pairs are headers as [name, value], from either of the ways to write them.
export function pairs(headers) {
  if (Array.isArray(headers)) return headers.map(([name, value]) => [String(name), String(value)]);
  return Object.entries(headers || {}).flatMap(([name, value]) => [value].flat().map((v) => [name, String(v)]));
}

export const viaOf = (request) => [request.via || 'fetch'].flat()[0];

// textOf is a body as a text, null where it is more than that.
export function textOf(body) {
  if (body === undefined || body === null) return '';
  if (isMap(body)) return Object.keys(body).every((key) => key === 'text') ? String(body.text ?? '') : null;
  return String(body);
}

// written is a scenario as its author edits it: JSON, a header on one line.
export const written = (scenario) => JSON.stringify(scenario, null, 2).replace(/\[\s+("(?:[^"\\]|\\.)*"),\s+("(?:[^"\\]|\\.)*")\s+\]/g, '[$1, $2]');

export const clone = (x) => structuredClone(x);
