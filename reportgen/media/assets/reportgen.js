// Progressive enhancement of figures: a page reads fully without this file.
{
const $ = (s, r = document) => [...r.querySelectorAll(s)];
const el = (tag, props, ...kids) => { const e = Object.assign(document.createElement(tag), props); e.append(...kids); return e; };
const button = (textContent, className = '') => el('button', { type: 'button', textContent, className });
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;

// Dark charts follow the page's own switch where it has one, else the system.
const root = document.documentElement;
for (const s of $('figure.rg source[data-w]')) s.dataset.m = s.media;
const paint = () => {
  const d = root.dataset, told = d.theme || d.mode || d.bsTheme || (root.classList.contains('dark') && 'dark');
  for (const s of $('figure.rg source[data-w]')) s.media = told === 'dark' ? s.dataset.w : told === 'light' ? 'not all' : s.dataset.m;
};
new MutationObserver(paint).observe(root, { attributeFilter: ['data-theme', 'data-mode', 'data-bs-theme', 'class'] });
paint();

// Play button and slider over n frames, whose show(i) may take time; starts at the last one.
function player(names, what, ms, show, ready = async () => true) {
  const last = names.length - 1, play = button(''), out = el('output', { textContent: names[last] });
  const range = el('input', { type: 'range', max: last, value: last });
  let timer;
  const go = i => { range.value = i; out.textContent = names[i]; range.setAttribute('aria-valuetext', names[i]); show(i); };
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = calm ? 'Next step' : 'Play'; };
  const next = () => { go((+range.value + 1) % (last + 1)); if (+range.value === last) stop(); };
  range.setAttribute('aria-label', what);
  range.setAttribute('aria-valuetext', names[last]);
  play.onclick = async () => {
    if (timer) return stop();
    if (!await ready()) return;
    next();
    if (!calm) { play.textContent = 'Pause'; timer = setInterval(next, ms); }
  };
  range.oninput = async () => { stop(); const i = +range.value; if (await ready()) go(i); };
  stop();
  return { bar: el('div', { className: 'ctl' }, play, range, out), go, stop };
}

for (const box of $('figure.rg .steps')) {
  const items = $('.strip > li', box), big = items.at(-1).firstElementChild.cloneNode(true);
  const img = big.matches('img') ? big : $('img', big)[0];
  img.loading = 'eager'; img.width = box.dataset.width; img.removeAttribute('height');
  const p = player(items.map(li => li.lastElementChild.textContent), box.dataset.what, 600, i => {
    ({ src: img.src, alt: img.alt } = $('img', items[i])[0]);
    items.forEach((li, j) => li.classList.toggle('now', i === j));
  });
  items.forEach((li, i) => li.onclick = () => { p.stop(); p.go(i); });
  box.classList.add('on');
  box.prepend(el('div', { className: 'stage' }, big, p.bar));
  p.go(items.length - 1);
}

// The frames of an animated WebP whose frames are whole, each as an image of its own.
const split = buffer => {
  const view = new DataView(buffer), urls = [];
  for (let at = 12, size; at + 8 < view.byteLength; at += 8 + size + size % 2) {
    size = view.getUint32(at + 4, true);
    if (view.getUint32(at) !== 0x414e4d46) continue; // ANMF: 16 bytes of place and time, then bits
    const bits = buffer.slice(at + 24, at + 8 + size);
    urls.push(URL.createObjectURL(new Blob(['RIFF', new Uint32Array([bits.byteLength + 4]), 'WEBP', bits], { type: 'image/webp' })));
  }
  return urls;
};
for (const box of $('figure.rg .anim')) {
  const { film, fps, labels, what } = box.dataset, img = $('img', box)[0];
  let urls;
  const ready = async () => {
    try {
      urls ??= split(await (await fetch(film)).arrayBuffer());
      await Promise.all(urls.map(src => Object.assign(new Image(), { src }).decode()));
      return true;
    } catch { urls = null; img.src = film; return false; } // a page opened as a file: let it play
  };
  $('.film', box)[0].replaceWith(player(labels.split('|'), what, 1000 / fps, i => img.src = urls[i], ready).bar);
}

for (const box of $('figure.rg .compare')) {
  const range = el('input', { type: 'range', max: 100, value: 50 }), grid = $('.panels', box)[0];
  const names = $('.panel > p', box).map(p => p.textContent);
  range.setAttribute('aria-label', names.join(' or '));
  range.oninput = () => { grid.style.setProperty('--x', range.value + '%'); range.setAttribute('aria-valuetext', `${range.value} % ${names[0]}`); };
  range.oninput();
  box.classList.add('on');
  box.append(el('div', { className: 'ctl' }, range));
}

for (const at of [...$('[data-rg-copy] pre'), ...$('figure.rg .prov dd:first-of-type')]) {
  const text = at.textContent.trim(), copy = button('Copy', 'rg-copy');
  copy.onclick = async () => { await navigator.clipboard.writeText(text); copy.textContent = 'Copied'; setTimeout(() => copy.textContent = 'Copy', 1500); };
  at.append(copy);
}

// Preview of a reference on hover, focus or first tap. Escape closes it; the pointer may enter it.
if ('popover' in root) {
  const peek = el('div', { className: 'rg-peek', popover: 'manual' });
  document.body.append(peek);
  let wait, touched, shown;
  const after = (ms, f) => { clearTimeout(wait); wait = setTimeout(f, ms); };
  const hide = () => after(160, () => { peek.hidePopover(); shown = null; });
  const open = (a, f) => {
    const view = el('div', { className: 'view' });
    for (const i of $('.view img', f).slice(0, 4)) view.append(el('img', { src: i.currentSrc || i.src, alt: '', className: i.className }));
    peek.replaceChildren(view, $('figcaption p', f)[0].cloneNode(true));
    peek.showPopover();
    shown = a;
    const r = a.getBoundingClientRect(), h = peek.offsetHeight;
    peek.style.left = Math.max(8, Math.min(r.left, innerWidth - peek.offsetWidth - 8)) + 'px';
    peek.style.top = (r.bottom + h + 12 < innerHeight ? r.bottom + 6 : Math.max(8, r.top - h - 6)) + 'px';
  };
  for (const a of $('a.rg-ref')) {
    const f = a.hash && a.pathname === location.pathname && document.getElementById(decodeURIComponent(a.hash.slice(1)))?.closest('figure');
    if (!f) continue;
    a.onpointerenter = e => e.pointerType === 'mouse' && after(180, () => open(a, f));
    a.onfocus = () => a.matches(':focus-visible') && after(180, () => open(a, f));
    a.onpointerleave = e => e.pointerType === 'mouse' && hide();
    a.onblur = hide;
    a.onpointerdown = e => touched = e.pointerType === 'touch';
    a.onclick = e => { if (touched && shown !== a) { e.preventDefault(); clearTimeout(wait); open(a, f); } else hide(); };
  }
  peek.onpointerenter = () => clearTimeout(wait);
  peek.onpointerleave = hide;
  addEventListener('keydown', e => e.key === 'Escape' && hide());
  addEventListener('pointerdown', e => shown && e.target !== shown && !peek.contains(e.target) && hide());
}
}
