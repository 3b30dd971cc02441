// The page under test. It does what the lab's page around it asks for, by the
// ways to load of probe.js, and shows what its script got. The server puts the
// lab's origin into the attribute; nobody else is listened to or answered. Its
// messages are not those of probe.js, which listens as well: they say lab.
(() => {
  'use strict';
  const lab = document.currentScript.dataset.lab;
  const $ = (id) => document.getElementById(id);
  const say = (text, read = '') => {
    $('got').textContent = text;
    document.body.dataset.read = read;
  };
  const tell = (message) => parent.postMessage(message, lab);

  document.title = self.origin;
  $('origin').textContent = self.origin;

  // What a script sees of an outcome, in its own words.
  const words = {
    allowed: (o) => [['Script can read it', o.status].filter(Boolean).join(': '), (o.body || '').slice(0, 200)].filter(Boolean).join('\n'),
    opaque: (o) => `It has loaded, and script cannot look inside.${o.error ? `\n${o.error}` : ''}`,
    blocked: (o) => `Script got nothing${o.error ? `:\n${o.error}` : ', and an error event.'}`,
    unobservable: () => 'No event tells the page what came of it.',
  };

  // The lab shows what passes at a reader's pace, and says when the page has its
  // turn; it need not.
  const SHOW_MS = 6000;
  let show = () => {}, timer = 0;
  function later(text, read) {
    show = () => say(text, read);
    clearTimeout(timer);
    timer = setTimeout(show, SHOW_MS);
  }

  async function run({ probe, setCookies = [] }) {
    say('Waiting for an answer …', 'waiting');
    try {
      for (const url of setCookies) await fetch(url, { mode: 'no-cors', credentials: 'include', cache: 'no-store' });
      await corsproof.run([probe], ([outcome]) => {
        later(outcome.timedOut ? 'Nothing came in time.' : words[outcome.read] ? words[outcome.read](outcome) : 'The probe broke.', outcome.read || 'broken');
        tell({ lab: 'outcome', outcome });
      });
    } catch (error) {
      later(String(error), 'broken');
      tell({ lab: 'outcome', outcome: { id: probe.id, broken: String(error) } });
    }
  }

  addEventListener('message', (event) => {
    if (event.origin !== lab || event.source !== parent) return;
    if (!event.data) return;
    if (event.data.lab === 'run') run(event.data);
    if (event.data.lab === 'show') show();
  });
  say('Nothing asked for yet.');
  if (document.readyState === 'complete') tell({ lab: 'ready' });
  else addEventListener('load', () => tell({ lab: 'ready' }), { once: true });
})();
