// Pictures in full size above the page, and the filter of a gallery. Without this there are links.
const el = (tag, props, ...kids) => { const e = Object.assign(document.createElement(tag), props); e.append(...kids); return e; };
const LINK = 'a[data-rg-full]', boxOf = a => a.closest('figure') ?? a.closest('li');
const links = () => [...document.querySelectorAll(LINK)].filter(a => a.getClientRects().length);
let dialog, image, words, file, place, list, at, search;

const href = new URL('reportgen-gallery.css', import.meta.url).href;
const styled = [...document.styleSheets].some(s => s.href === href) || new Promise(done => {
  document.head.append(el('link', { rel: 'stylesheet', href, onload: done, onerror: done }));
});

// One way in for the links and the pictures of a post, which lead to the file without scripts. A
// picture that the theme's own zoom has taken is left to it.
addEventListener('click', e => {
  const figure = e.target.closest('figure.rg');
  const picture = figure && e.target.matches('.view img:not(.medium-zoom-image)') && !e.target.closest('.strip, a');
  const a = picture ? figure.querySelector(LINK) : e.target.closest(LINK);
  if (!a || e.defaultPrevented || e.button || e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return;
  e.preventDefault();
  open(a);
});

async function open(a) {
  await styled;
  if (!dialog) make();
  search = location.search === '?full' ? '' : location.search;
  list = links();
  show(list.indexOf(a));
  dialog.showModal();
}

function make() {
  image = el('img', { alt: '' });
  words = el('p', { id: 'rg-full-words' });
  file = el('a', { textContent: 'File' });
  place = el('a', { textContent: 'In its post' });
  const button = (textContent, f) => el('button', { type: 'button', textContent, onclick: f });
  const stage = el('div', { className: 'rg-stage', tabIndex: 0 }, image);
  stage.setAttribute('role', 'group');
  stage.ariaLabel = 'Picture';
  const tools = el('nav', { ariaLabel: 'Figures' }, button('Previous', () => show(at - 1)), button('Next', () => show(at + 1)), file, place, button('Close', () => dialog.close()));
  dialog = el('dialog', { className: 'rg-full' }, stage, words, tools);
  dialog.setAttribute('aria-labelledby', words.id);
  image.onclick = () => dialog.classList.toggle('large'); // from what fits to every pixel
  dialog.onclick = e => { if (e.target === dialog) dialog.close(); };
  dialog.onkeydown = e => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: list.length - 1 }[e.key];
    if (to === undefined || e.altKey || e.ctrlKey || e.metaKey || e.shiftKey || dialog.classList.contains('large')) return;
    e.preventDefault();
    show(to);
  };
  dialog.onclose = () => {
    history.replaceState(null, '', location.pathname + search + location.hash);
    boxOf(list[at]).scrollIntoView({ block: 'nearest' });
    list[at].focus({ preventScroll: true });
  };
  document.body.append(dialog);
}

function show(i) {
  at = (i + list.length) % list.length;
  const a = list[at], box = boxOf(a), text = box.querySelector('figcaption > p, .rg-words').cloneNode(true);
  const post = box.querySelector('a.rg-place');
  dialog.classList.remove('large');
  image.src = file.href = a.href;
  image.alt = box.querySelector('img')?.alt ?? '';
  for (const e of text.querySelectorAll('[id]')) e.removeAttribute('id');
  words.replaceChildren(...text.childNodes);
  place.hidden = !post;
  if (post) place.href = post.href;
  history.replaceState(null, '', '?full#' + box.id); // an address that shows the same again
}

// Address ?full#fig-b-1: that figure in full size.
const asked = location.search === '?full' && document.getElementById(decodeURIComponent(location.hash.slice(1)))?.querySelector(LINK);
if (asked) open(asked);

// The filter of a gallery: every word is in an entry's words, and its state is the chosen one.
for (const form of document.querySelectorAll('.rg-filter')) {
  const [query, state, status] = ['[name=q]', '[name=state]', '[role=status]'].map(s => form.querySelector(s));
  const items = () => [...document.querySelectorAll('.rg-gallery > li')], plain = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const filter = () => {
    const words = plain(query.value).split(/\s+/).filter(Boolean), all = items();
    for (const li of all) li.hidden = (state.value && li.dataset.state !== state.value) || !words.every(w => plain(li.textContent).includes(w));
    for (const s of document.querySelectorAll('.rg-group')) s.hidden = !s.querySelector('li:not([hidden])');
    const left = all.filter(li => !li.hidden).length;
    status.textContent = left === all.length ? `${left} figures` : `${left} of ${all.length} figures`;
  };
  const note = () => {
    const set = [...new FormData(form)].filter(([, v]) => v);
    history.replaceState(null, '', location.pathname + (set.length ? '?' + new URLSearchParams(set) : '') + location.hash);
  };
  const given = new URLSearchParams(location.search);
  query.value = given.get('q') ?? '';
  for (const name of new Set(items().map(li => li.dataset.state))) state.append(new Option(name));
  state.value = given.get('state') ?? '';
  if (state.selectedIndex < 0) state.value = '';
  form.oninput = () => { filter(); note(); };
  form.onsubmit = e => e.preventDefault();
  form.hidden = false;
  filter();
}
