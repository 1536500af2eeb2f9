// Every page is whole without this.
{
const $ = (s, r = document) => [...r.querySelectorAll(s)], F = 'figure.rg ';
const el = (tag, props, ...kids) => { const e = Object.assign(document.createElement(tag), props); e.append(...kids); return e; };
const div = (className, ...kids) => el('div', { className }, ...kids);
const slider = (max, value, ariaLabel) => el('input', { type: 'range', max, value, ariaLabel });
const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;

// A theme's link round a chart would hide its dark variant.
for (const a of $(F + 'picture > a')) a.replaceWith(...a.childNodes);

// Dark charts follow the page's switch, else the system; in print they are light.
const root = document.documentElement, night = ' and (prefers-color-scheme: dark)', dark = $(F + 'source[media*=color-scheme]');
for (const s of dark) s.dataset.m = s.media;
const paint = () => {
  const d = root.dataset, told = root.classList.contains('dark') ? 'dark' : d.theme || d.mode || d.bsTheme;
  for (const s of dark) s.media = told === 'dark' ? s.dataset.m.replace(night, '') : told === 'light' ? 'not all' : s.dataset.m;
};
new MutationObserver(paint).observe(root, { attributes: true });
paint();

// Play button and slider; ready() may load, and fail.
function player(names, what, ms, show, ready = () => true, first = names.length - 1) {
  const last = names.length - 1, play = el('button'), out = el('output'), range = slider(last, first, what);
  let timer;
  const tell = () => range.ariaValueText = out.textContent = names[range.value];
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = calm ? 'Next step' : 'Play'; };
  const go = i => { range.value = i; tell(); show(i); };
  const next = () => { go((+range.value + 1) % (last + 1)); if (+range.value === last) stop(); };
  play.onclick = async () => {
    if (timer) return stop();
    if (!await ready()) return;
    if (!calm) { play.textContent = 'Pause'; timer = setInterval(next, ms); }
    next();
  };
  range.oninput = async () => { stop(); tell(); if (await ready()) show(+range.value); };
  stop(); tell();
  return { bar: div('ctl', play, range, out), jump: i => { stop(); go(i); } };
}

for (const box of $(F + '.steps')) {
  const stage = $('.stage', box)[0], strip = $('.strip', box)[0], items = [...strip.children], start = +box.dataset.start;
  const img = $('img', stage)[0], { alt } = $('img', items[start])[0];
  img.alt = alt;
  if ($('.in', stage)[0]) Object.assign(stage, { role: 'group', ariaLabel: box.dataset.what });
  const p = player(items.map(li => li.lastElementChild.textContent), box.dataset.what, 600, i => {
    const { src, alt } = $('img', items[i])[0];
    for (const s of $('source', stage)) s.remove();
    Object.assign(img, { src: $('source', items[i])[0]?.srcset || src, alt });
    items.forEach((li, j) => li.classList.toggle('now', i === j));
    seen(items[i]);
  }, undefined, start);
  const seen = (li, behavior = calm ? 'auto' : 'smooth') =>
    strip.scrollTo({ left: li.offsetLeft - strip.offsetLeft - (strip.clientWidth - li.clientWidth) / 2, behavior });
  items.forEach((li, i) => li.onclick = () => p.jump(i));
  items[start].className += ' now';
  stage.after(p.bar);
  stage.tabIndex = strip.tabIndex = 0;  // until it is laid out
  new ResizeObserver(() => {
    seen($('.now', strip)[0], 'auto');
    for (const e of [stage, strip]) e.tabIndex = e.scrollWidth > e.clientWidth ? 0 : -1;
  }).observe(strip);
}

// An animated WebP taken apart: an ANMF chunk is 16 bytes, then an image.
const split = buffer => {
  const view = new DataView(buffer), urls = [];
  for (let at = 12, size; at < view.byteLength; at += 8 + size + size % 2) {
    size = view.getUint32(at + 4, true);
    const bits = buffer.slice(at + 24, at + 8 + size), head = ['RIFF', new Uint32Array([size - 12]), 'WEBP'];
    if (view.getUint32(at) === 0x414e4d46) urls.push(URL.createObjectURL(new Blob([...head, bits], { type: 'image/webp' })));
  }
  return urls;
};
for (const box of $(F + '.anim')) {
  const { film, fps, labels, what } = box.dataset, img = $('img', box)[0], still = img.src, link = $('.film', box)[0];
  let urls;
  const ready = async () => {
    try {
      urls ||= split(await (await fetch(film)).arrayBuffer());
      await Promise.all(urls.map(src => Object.assign(new Image(), { src }).decode()));
      return true;
    } catch { whole(); }
  };
  const { bar } = player(labels.split('|'), what, 1000 / fps, i => img.src = urls[i], ready);
  link.replaceWith(bar);
  // Without its frames, as in a page from a file, the film runs whole, or its link is back.
  const whole = () => {
    const button = el('button'), show = on => { img.src = on ? film : still; button.textContent = on ? 'Stop' : 'Play'; };
    button.onclick = () => show(img.src === still);
    img.onerror = () => { show(); bar.replaceWith(link); };
    bar.replaceChildren(calm ? link : button);
    if (!calm) { show(true); button.focus(); }
  };
}

// A chart reads its values back from its paths: a line at the pointer, arrow keys, series on and off.
const short = v => v.toLocaleString('en', Math.abs(v) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 }).replace('-', '−');
for (const box of $(F + '.chart')) {
  const area = $('.area', box)[0], what = box.dataset.what;
  const scale = text => {
    const [low, high, log] = text.split(' ').map(Number);
    return f => log ? low * (high / low) ** f : low + (high - low) * f;
  };
  const steps = run => {
    let x = 0, y = 0;
    return run.match(/-?\d+ ?-?\d+/g).map(step => { const [a, b] = step.match(/-?\d+/g); return [(x += +a) / 1e4, (y += +b) / 1e4]; });
  };
  const x = scale(box.dataset.x), y = scale(box.dataset.y);
  const lines = $('g[data-name]', area).map(g => ({ g, name: g.dataset.name, color: g.style.getPropertyValue('--c') }));
  let xs;
  const parse = () => {
    for (const l of lines) l.points = $('path.line', l.g)[0].getAttribute('d').match(/M[^Mh]+/g).flatMap(steps);
    xs = [...new Set(lines.flatMap(l => l.points.map(p => p[0])))].sort((a, b) => a - b);
    range.value = range.max = xs.length - 1;
  };
  const nearest = (list, at, key = p => p) => list.reduce((best, p) => Math.abs(key(p) - at) < Math.abs(key(best) - at) ? p : best);
  const tip = div('tip'), cross = div('cross', tip), range = slider(1, 1, `Values at ${what}`);
  range.className = 'probe';
  const show = i => {
    const at = xs[range.value = i], head = `${what}: ${short(x(at))}`, told = [head];
    tip.className = at > .5 ? 'tip l' : 'tip';
    tip.replaceChildren(head);
    cross.replaceChildren(tip);
    for (const { g, name, color, points } of lines) {
      const p = nearest(points, at, p => p[0]), value = short(y(1 - p[1]));
      if (g.classList.contains('off') || Math.abs(p[0] - at) > .02) continue;
      const row = div('', el('b', { textContent: name }), value), dot = el('i');
      for (const e of [row, dot]) e.style.setProperty('--c', color);
      dot.style.top = p[1] * 100 + '%';
      tip.append(row);
      cross.append(dot);
      told.push(`${name} ${value}`);
    }
    cross.style.left = at * 100 + '%';
    range.ariaValueText = told.join('; ');
    area.append(cross);
  };
  const hide = () => cross.remove();
  area.onpointermove = area.onpointerdown = e => {
    xs || parse();
    const { left, width } = area.getBoundingClientRect();
    show(xs.indexOf(nearest(xs, (e.clientX - left) / width)));
  };
  area.onpointerleave = e => e.pointerType === 'touch' || hide();  // a finger leaves as soon as it has tapped
  area.onpointercancel = range.onblur = hide;
  addEventListener('pointerdown', e => area.contains(e.target) || hide());
  range.oninput = range.onfocus = () => { xs || parse(); show(+range.value); };
  range.onkeydown = e => { if (e.key === 'Escape') hide(); };
  box.setAttribute('role', 'group');
  area.append(range);
  if (lines.length > 1) for (const end of $('.end', box)) {
    const button = el('button', { type: 'button', className: end.className, ariaPressed: 'true' }), { series } = end.dataset;
    button.style.cssText = end.style.cssText;
    button.dataset.series = series;
    button.append(...end.childNodes);
    button.onclick = () => {
      const off = lines[series].g.classList.toggle('off');
      for (const e of $(`[data-series="${series}"]`, box)) { e.classList.toggle('off', off); e.ariaPressed = String(!off); }
    };
    end.replaceWith(button);
  }
}

// A library's own chart, whose script loads when asked for; else the picture stays.
const scripts = {}, load = src => scripts[src] ??= new Promise((onload, onerror) => document.head.append(el('script', { src, onload, onerror })));
for (const box of $(F + '.moves')) {
  const { library, script, chart } = box.dataset, button = el('button', { type: 'button', textContent: 'Interactive' });
  const stage = el('div', { className: 'stage', role: 'group', ariaLabel: $('img', box)[0].alt });
  button.onclick = async () => {
    button.disabled = true;
    try {
      const read = await fetch(chart);
      await load(script);
      box.append(stage);
      await rgLive[library](stage, await read.json());
      box.className += ' on';
      button.parentNode.remove();
    } catch { stage.remove(); button.textContent = 'Interactive only on a server'; }
  };
  box.append(div('ctl', button));
}

for (const box of $(F + '.compare')) {
  const names = $('.panel > p', box).map(p => p.textContent), range = slider(100, 50, names.join(' or ')), b = div('ctl', range);
  (range.oninput = () => { box.style.setProperty('--x', range.value + '%'); range.ariaValueText = range.value + ' % ' + names[0]; })();
  b.style.maxWidth = $('img', box)[0].getAttribute('width') + 'px';
  box.append(b);
}

// What only somebody who points or types can notice waits for that: a page has hundreds of it.
const later = f => {
  for (const e of ['pointerover', 'pointerdown', 'focus', 'keydown', 'click'])
    document.addEventListener(e, () => { f?.(); f = null; }, { capture: true, once: true });
};

for (const at of $(`[data-rg-copy] pre, .rg-bibtex pre, ${F}.prov dd:first-of-type`)) {
  const copy = el('button', { className: 'rg-copy', textContent: 'Copy' });
  copy.onclick = () => {
    const text = [...at.childNodes].map(n => n === copy ? '' : n.textContent).join('').trim();
    navigator.clipboard.writeText(text).then(() => copy.textContent = 'Copied');
  };
  at.append(copy);
}

// Where a browser cannot tie the fading edge of a wide box to its scrolling
if (!CSS.supports('animation-timeline: scroll()')) {
  const edges = e => {
    const { scrollLeft, clientWidth, scrollWidth } = e;
    e.style.setProperty('--rg-l', scrollLeft > 2 ? '2rem' : '0px');
    e.style.setProperty('--rg-r', scrollLeft + clientWidth < scrollWidth - 2 ? '2.5rem' : '0px');
  };
  const boxes = new ResizeObserver(all => all.forEach(({ target }) => edges(target)));
  for (const e of $(`${F}:is(.sheet, .scroll, .stage, .strip), .rg-eq`)) {
    e.addEventListener('scroll', () => edges(e), { passive: true });
    boxes.observe(e);
  }
}

// Full size, above the page; without modules, as in a page from a file, the links lead to the files.
const base = document.currentScript?.src.replace(/[^/]*$/, '');
if ($('a[data-rg-full]')[0]) import(base + 'reportgen-gallery.js').catch(() => {});

// All values that come from runs, lit by any button of the page that has data-rg-marks.
const marks = $('.rg-num'), switches = $('[data-rg-marks]');
const light = on => {
  root.classList.toggle('rg-lit', on);
  for (const b of switches) b.ariaPressed = String(on);
  for (const m of marks) m.tabIndex = on || !switches.length ? 0 : -1;  // hundreds of stops on the way else
};
for (const b of switches) { b.style.visibility = marks.length ? 'visible' : 'hidden'; b.onclick = () => light(!root.classList.contains('rg-lit')); }
light(false);

// The records of a post; the mark says which one.
const read = {};
const records = post => read[post] ??= fetch(`${base}figures/${post}/records.json`).then(r => r.ok ? r.json() : 0).catch(() => 0);
const json = v => typeof v === 'string' ? v : JSON.stringify(v);
const card = async a => {
  const [post, n] = a.dataset.v.split('/'), all = await records(post), v = all && all.values[n];
  if (!v) return [el('p', { textContent: 'The record of this value cannot be read here.' })];
  const list = el('dl'), row = (name, text) => text && list.append(el('dt', { textContent: name }), el('dd', { textContent: text }));
  const names = v.of.map(p => p.join('.')).join(', ');
  row(v.computed ? 'From' : 'Value', v.value == null || v.computed ? names : `${names} = ${v.value}`);
  for (const name of new Set(v.of.map(p => p[0]))) {
    const r = all.runs[name] ?? {}, changed = Object.entries(r.changed ?? {}).map(([k, x]) => `${k} = ${json(x)}`).join(', ');
    row('Run of', `${r.id}, ${(r.digest ?? 'none').slice(0, 10)}`);
    row('Parameters', changed || 'all as by default');
    row('Device', r.device);
    row('Commit', (r.commit ?? '').replace(/^(.{7})[^-]*/, '$1'));
    row('Finished', (r.finished ?? '').slice(0, 10));
  }
  return [list, el('a', { href: `${base}figures/${post}/records.json`, textContent: 'The record' })];
};

// Preview of a figure, a value's record, a cited work, a footnote or a term, on hover, focus or first tap.
if ('popover' in root) {
  const peek = el('div', { className: 'rg-peek', popover: 'manual', id: 'rg-peek' });
  let wait, tap, shown;
  document.body.append(peek);
  const after = (ms, f) => { clearTimeout(wait); wait = setTimeout(f, ms); };
  const held = () => peek.matches(':focus-within') || document.activeElement === shown;  // whatever the mouse leaves meanwhile
  const hide = e => after(160, () => { if (e?.type === 'mouseleave' && held()) return; peek.hidePopover(); shown?.removeAttribute('aria-describedby'); shown = null; });
  const words = li => {
    const copy = div('', ...li.cloneNode(true).childNodes);
    for (const e of $('.rg-back, .reversefootnote', copy)) e.remove();
    for (const e of $('[id]', copy)) e.removeAttribute('id');
    return copy.textContent.trim() && [copy];
  };
  const preview = f => {
    if (f.title) return [el('p', { textContent: `${f.textContent}: ${f.title}` })];
    if (f.localName === 'li') return words(f);
    const at = f.getBoundingClientRect();
    if (at.top < innerHeight - 120 && at.bottom > 120) return;
    const imgs = $('.view img', f).slice(0, 4).map(i => el('img', { src: i.currentSrc || i.src, className: i.className, alt: '' }));
    const table = $('.view :is(table, .chart)', f)[0];
    return [div('view', ...(imgs.length || !table ? imgs : [table.cloneNode(true)])), $('figcaption p', f)[0].cloneNode(true)];
  };
  const open = (a, f, ms = 180) => after(ms, async () => {
    const own = wait, parts = f ? preview(f) : await card(a);
    if (!parts || own !== wait) return;
    peek.replaceChildren(...parts);
    peek.showPopover();
    a.setAttribute('aria-describedby', 'rg-peek');
    shown = a;
    const r = a.getBoundingClientRect(), h = peek.offsetHeight, below = r.bottom + h + 12 < innerHeight;
    peek.style = `left:${Math.max(8, Math.min(r.left, innerWidth - peek.offsetWidth - 8))}px;top:${below ? r.bottom + 6 : Math.max(8, r.top - h - 6)}px`;
  });
  for (const a of $('article abbr[title]')) a.tabIndex = 0;
  later(() => {
    for (const a of $('a.rg-ref[href^="#"], a.rg-cite, a.footnote, article abbr[title], .rg-num')) {
      const f = a.dataset.v ? 0 : a.title ? a : document.getElementById(a.hash.slice(1))?.closest('figure, li');
      if (f == null) continue;
      if (!a.href) a.onkeydown = e => { if (e.key === 'Enter') $('a', peek)[0]?.focus(); };
      if (f !== a) a.onmouseenter = () => peek.matches(':focus-within') || open(a, f);
      a.onmouseleave = a.onblur = hide;
      a.onfocus = () => (!a.href || a.matches(':focus-visible')) && open(a, f);
      a.onpointerdown = e => tap = e.pointerType === 'touch';
      a.onclick = e => { if (!a.href || (tap && shown !== a)) { e.preventDefault(); open(a, f, 0); } else hide(); };
    }
  });
  for (const into of ['mouseenter', 'focusin']) peek.addEventListener(into, () => clearTimeout(wait));
  peek.onmouseleave = hide;
  peek.addEventListener('focusout', hide);
  addEventListener('keydown', e => e.key === 'Escape' && hide());
}
}
