// The colour scheme: the system's, or a remembered choice. Every page reads fully without this file.
{
const root = document.documentElement, system = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
const toggle = document.querySelector('button.theme');
const name = () => {
  toggle.textContent = isDark() ? 'Light' : 'Dark';
  toggle.title = `Use the ${toggle.textContent.toLowerCase()} theme`;
};
toggle.onclick = () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  try { localStorage.theme = root.dataset.theme; } catch { }
  name();
};
system.onchange = name;
name();
toggle.style.visibility = 'visible';

// What scrolls sideways can be reached by keyboard.
const reach = new ResizeObserver(boxes => {
  for (const { target: e } of boxes) if (e.scrollWidth > e.clientWidth) e.tabIndex = 0; else e.removeAttribute('tabindex');
});
for (const e of document.querySelectorAll('pre, .body > p, .body table:not(figure table)')) reach.observe(e);

// The contents mark where one is: in the list, and on a narrow screen in the bar above it.
const toc = document.querySelector('.toc'), links = [...toc?.querySelectorAll('a') ?? []];
if (links.length) {
  const heads = links.map(a => document.getElementById(decodeURIComponent(a.hash.slice(1))));
  const fold = toc.querySelector('details'), now = document.createElement('span');
  const mark = () => {
    const i = heads.findLastIndex(h => h && h.getBoundingClientRect().top < innerHeight / 4), a = links[i];
    if (a?.checkVisibility()) for (const box of [toc, fold.lastElementChild]) {  // reads before writes: no layout is forced
      const { top, bottom } = a.getBoundingClientRect(), view = box.getBoundingClientRect();
      if (top < view.top || bottom > view.bottom) box.scrollTop += top - view.top - view.height / 2;
    }
    if (a?.ariaCurrent) return;
    for (const other of links) other.removeAttribute('aria-current');
    now.replaceChildren(...a ? a.cloneNode(true).childNodes : []);
    a?.setAttribute('aria-current', 'true');
  };
  const line = new IntersectionObserver(mark, { rootMargin: '9999999px 0px -75%' }); // all above that line
  for (const h of heads) if (h) line.observe(h);
  fold.firstElementChild.append(now);
  const column = matchMedia('(max-width: 63.99rem)');
  fold.ontoggle = mark;
  toc.onclick = e => { if (column.matches && e.target.closest('a')) fold.open = false; };
  toc.onkeydown = e => { if (e.key === 'Escape' && column.matches) { fold.open = false; fold.firstElementChild.focus(); } };
}

// Side notes are folded where there is no margin.
const notes = [...document.querySelectorAll('.body > aside')].map(aside => {
  const fold = document.createElement('details'), head = document.createElement('summary');
  head.textContent = aside.textContent.trim().split(/\s+/).slice(0, 6).join(' ') + ' …';
  return { aside, fold, head };
});
const margin = matchMedia('screen and (min-width: 75rem), print');
const unfold = () => {
  for (const { aside, fold, head } of notes) {
    if (margin.matches === !fold.isConnected) continue;
    head.remove();
    const inside = [...(margin.matches ? fold : aside).childNodes];
    if (margin.matches) aside.replaceChildren(...inside);
    else { fold.replaceChildren(head, ...inside); aside.append(fold); }
  }
};
unfold();
margin.onchange = unfold;

// Footnotes stand in the margin where there is one. Elsewhere, and without scripts, they are at the end.
const end = document.querySelector('.body > .footnotes'), sides = new Map(), moved = [];
for (const a of end ? document.querySelectorAll('.body a.footnote') : []) {
  const note = document.getElementById(a.hash.slice(1)), block = a.closest('.body > *');
  if (!note || block.matches('figure, .footnotes') || moved.some(m => m.note === note)) continue;
  if (!sides.has(block)) sides.set(block, Object.assign(document.createElement('aside'), { className: 'side' }));
  const place = document.createElement('div'), sign = document.createElement('sup');
  sign.textContent = a.textContent;
  sides.get(block).append(place);
  moved.push({ note, place, sign, id: note.id });
}
// None lies on another, or on the caption of a figure.
const settle = () => {
  let bottom = 0;
  for (const side of document.querySelectorAll('.body > aside')) {
    side.style.margin = '';
    const { top } = side.getBoundingClientRect();
    if (top < bottom) side.style.marginTop = `${bottom - top}px`;
    let next = side;
    while ((next = next.nextElementSibling) && !next.matches('figure, .wide')) ;
    if (next && side.getBoundingClientRect().bottom > next.getBoundingClientRect().top) side.style.marginBottom = '0';
    bottom = side.getBoundingClientRect().bottom + 12;
  }
};
const wide = matchMedia('screen and (min-width: 75rem)');
const place = () => {
  for (const [block, side] of sides) if (wide.matches) block.after(side); else side.remove();
  for (const { note, place, sign, id } of moved) {
    const [from, to] = wide.matches ? [note, place] : [place, note];
    sign.remove();
    to.append(...from.childNodes);
    from.removeAttribute('id');
    to.id = id;
    if (wide.matches) (place.querySelector('p') ?? place).prepend(sign, ' ');
  }
  if (end) end.hidden = wide.matches && moved.length === end.querySelectorAll('li').length;
  if (wide.matches) settle();
};
if (moved.length) {
  place();
  wide.onchange = place;
  addEventListener('load', () => wide.matches && settle());
  addEventListener('resize', () => wide.matches && settle());
}
}
