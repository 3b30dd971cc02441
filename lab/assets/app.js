// The lab's beginning: what all pages have, and the pages.
import * as api from './api.js';
import * as origins from './origins.js';
import * as router from './router.js';
import * as store from './store.js';
import { home } from './home.js';
import { lesson } from './lesson.js';
import { play, open } from './play.js';
import { catalogue } from './catalogue.js';

const root = document.documentElement;
root.classList.add('js');

const button = document.getElementById('theme');
const dark = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
function themed() {
  button.textContent = isDark() ? 'Light' : 'Dark';
  button.setAttribute('aria-label', isDark() ? 'Use light colours' : 'Use dark colours');
}
if (['light', 'dark'].includes(store.theme())) root.dataset.theme = store.theme();
button.addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  store.setTheme(root.dataset.theme);
  themed();
});
dark.addEventListener('change', themed);
themed();

router.page('lesson', lesson);
router.page('play', play);
router.page('case', open);
router.page('catalogue', catalogue);
router.page('', home);

// The skip link must not look like an address of the lab's.
document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.getElementById('main').focus();
});

const main = document.getElementById('main');
try {
  const lab = await api.lab();
  origins.know(lab.origins);
  document.getElementById('version').textContent = lab.version ? `corsproof ${lab.version}` : '';
} catch (error) {
  main.textContent = error.message;
}
await router.start();
