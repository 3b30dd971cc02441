// The doorway: does this browser find the names that the lab's servers have? Then
// on to the lab; the fragment comes along.
const WAIT_MS = 5000;
const $ = (id) => document.getElementById(id);
const { lab, origins } = document.documentElement.dataset;
const all = [...new Set([lab, ...origins.split(/\s+/).filter(Boolean)])];

// found says whether anything answers at an origin; what it answers may not be read.
const found = (origin) => fetch(`${origin}/.corsproof/blank`, { mode: 'no-cors', cache: 'no-store', signal: AbortSignal.timeout(WAIT_MS) }).then(() => true, () => false);

const results = await Promise.all(all.map(found));
const missing = all.filter((origin, i) => !results[i]);
if (missing.length) {
  const hosts = [...new Set(missing.map((origin) => new URL(origin).hostname))];
  $('missing').append(...hosts.map((host) => {
    const item = document.createElement('li');
    item.textContent = host;
    return item;
  }));
  $('hosts').textContent = `127.0.0.1 ${hosts.join(' ')}`;
  $('anyway').href = `${lab}/${location.hash}`;
  $('state').hidden = true;
  $('help').hidden = false;
} else {
  location.replace(`${lab}/${location.hash}`);
}
