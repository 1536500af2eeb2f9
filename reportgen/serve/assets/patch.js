// Replaces what changed in a page, and only that: what stays keeps its scripts, sliders and place.
const SCOPES = ['body > main', 'article', 'article > :is(.body, .post-content, .e-content)'];
const sources = new WeakMap(); // element -> its source, before any script changed it
const spots = new WeakMap(); // element -> the fragment that it came with, and its number among those of its tag
const TAGS = 'p, h1, h2, h3, h4, h5, h6, li, dt, dd, td, th, div, pre, blockquote, figure, aside';
let scripts = new AbortController();

const scope = (page, selector) => page.querySelector(selector);
const isScope = e => SCOPES.some(s => e.matches(s)) || e.querySelector('article');

// Note the sources of all fragments; to be called before the page's own scripts run.
export function remember(page) {
  for (const selector of SCOPES)
    for (const e of scope(page, selector)?.children ?? []) note(e, e.outerHTML);
}

function note(fragment, source) {
  const numbers = {};
  sources.set(fragment, source);
  if (isScope(fragment)) return;
  for (const e of [fragment, ...fragment.querySelectorAll(TAGS)]) {
    numbers[e.localName] = (numbers[e.localName] ?? -1) + 1;
    spots.set(e, [fragment, e.localName, numbers[e.localName]]);
  }
}

// Which element this is, or is in, of those that the server wrote; scripts may have moved it.
export function spotOf(e) {
  while (e && !spots.has(e)) e = e.parentElement;
  const [fragment, tag, number] = spots.get(e) ?? [];
  const all = [...document.querySelectorAll('.body *')].filter(each => sources.has(each));
  return fragment && all.includes(fragment) ? [all.indexOf(fragment), tag, number] : undefined;
}

// Let one element stand for another that has the same source.
export const adopt = (e, old) => sources.has(old) && sources.set(e, sources.get(old));

export async function patch(page) {
  const changed = plan(page);
  if (!changed) return;
  const fresh = changed.flatMap(change => change.fresh);
  const [text] = await Promise.all([scriptOfFigures(), loaded(fresh)]);
  const place = anchorOf(changed);
  for (const { box, wanted } of changed) arrange(box, wanted);
  if (document.title !== page.title) document.title = page.title;
  if (text) enhance(text, fresh);
  for (const e of fresh) restore(e);
  place();
}

// For each scope that differs: the children it shall have, old ones where their source is the same.
function plan(page) {
  const found = [];
  for (const selector of SCOPES) {
    const box = scope(document, selector), model = scope(page, selector);
    if (!box && !model) continue;
    if (!box || !model) { location.reload(); return; }
    const old = [...box.children].filter(e => sources.has(e) || isScope(e));
    const fresh = [];
    const wanted = [...model.children].map(e => {
      const source = isScope(e) ? '' : e.outerHTML;
      const same = old.findIndex(o => (source ? sources.get(o) === source : isScope(o)));
      if (same >= 0) return old.splice(same, 1)[0];
      const mine = document.importNode(e, true);
      note(mine, source || e.outerHTML);
      fresh.push(mine);
      return mine;
    });
    if (fresh.length || old.length || moved(box, wanted)) found.push({ box, wanted, fresh, gone: old });
  }
  for (const { fresh, gone } of found) for (const e of fresh) e.before_ = twin(e, gone);
  return found;
}

const moved = (box, wanted) => [...box.children].filter(e => wanted.includes(e)).some((e, i) => e !== wanted[i]);

// The fragment that a new one stands for: that of the same id.
const twin = (e, gone) => e.id ? gone.find(o => o.id === e.id) : undefined;

// Pictures are there before they are shown, so that nothing flickers.
async function loaded(fresh) {
  const known = new Set([...document.images].map(i => i.src));
  const images = fresh.flatMap(e => [...e.querySelectorAll('img')]).filter(i => !known.has(i.src));
  const late = new Promise(done => setTimeout(done, 3000));
  const decoded = images.map(i => Object.assign(new Image(), { srcset: i.srcset, src: i.src }).decode().catch(() => {}));
  await Promise.race([late, Promise.all(decoded)]);
}

// A function that scrolls to where the first visible fragment that stays was before.
function anchorOf(changed) {
  const fresh = new Set(changed.flatMap(c => c.fresh)), twins = new Map();
  for (const e of fresh) if (e.before_) twins.set(e.before_, e);
  const kept = changed.flatMap(c => c.wanted).filter(e => !fresh.has(e) && !isScope(e));
  const all = [...kept, ...twins.keys()].filter(e => e.isConnected).map(e => [e, e.getBoundingClientRect()]);
  const seen = all.filter(([, r]) => r.bottom > 0 && r.height).sort((a, b) => a[1].top - b[1].top);
  const [e, r] = seen.find(([e]) => !twins.has(e)) ?? seen[0] ?? [];
  if (!e || !scrollY) return () => {};
  return () => scrollBy({ top: (twins.get(e) ?? e).getBoundingClientRect().top - r.top, behavior: 'instant' });
}

// Give a box these children in this order; what stays is not moved unless the order changed.
function arrange(box, wanted) {
  const keep = new Set(wanted);
  for (const e of wanted) if (e.before_) e.state_ = stateOf(e.before_);
  for (const e of [...box.children]) if (!keep.has(e) && sources.has(e)) e.remove();
  let at = box.firstElementChild;
  for (const e of wanted) {
    if (e === at) at = at.nextElementSibling;
    else box.insertBefore(e, at);
  }
}

// What a reader has set: sliders, opened details, places in what scrolls sideways.
const ranges = e => [...e.querySelectorAll('input[type=range]')];
const details = e => [...e.querySelectorAll('details')].concat(e.matches('details') ? [e] : []);
const wide = e => [...e.querySelectorAll('*')];

function stateOf(e) {
  const active = ranges(e).indexOf(document.activeElement);
  return {
    ranges: ranges(e).map(r => r.value),
    open: details(e).map(d => d.open),
    left: wide(e).flatMap(w => w.scrollLeft ? [[key(w), w.scrollLeft]] : []),
    active,
  };
}

const key = w => w.tagName + '.' + w.className;

function restore(e) {
  const state = e.state_;
  if (!state) return;
  details(e).forEach((d, i) => d.open = state.open[i] ?? d.open);
  ranges(e).forEach((r, i) => {
    if (state.ranges[i] === undefined || state.ranges[i] === r.value) return;
    r.value = state.ranges[i];
    r.dispatchEvent(new Event('input', { bubbles: true }));
  });
  for (const [name, left] of state.left) wide(e).filter(w => key(w) === name).forEach(w => w.scrollLeft = left);
  ranges(e)[state.active]?.focus({ preventScroll: true });
  delete e.state_;
}

let source;
function scriptOfFigures() {
  const own = document.querySelector('script[src*="/assets/reportgen.js"]');
  if (own) source ??= fetch(own.src).then(answer => answer.text());
  return source;
}

// Run the script of the figures again, on the new fragments alone; references are bound anew
// everywhere, for they show figures that may have been replaced.
function enhance(text, fresh) {
  scripts.abort();
  scripts = new AbortController();
  for (const e of document.querySelectorAll('.rg-peek')) e.remove();
  const inside = e => fresh.some(f => f.contains(e)) || e.matches('a.rg-ref');
  const page = new Proxy(document, {
    get: (target, name) => {
      if (name === 'currentScript') return document.querySelector('script[src*="/assets/reportgen.js"]');
      if (name === 'querySelectorAll') return s => [...target.querySelectorAll(s)].filter(inside);
      const value = target[name];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const listen = (type, f, o) => addEventListener(type, f, { ...o, signal: scripts.signal });
  new Function('document', 'addEventListener', text)(page, listen);
}
