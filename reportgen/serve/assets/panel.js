import { spotOf } from './patch.js';

// The status panel with a drawer for each figure, and the sheet that tells of errors.
const el = (tag, props = {}, ...kids) => {
  const e = Object.assign(document.createElement(tag), props);
  e.append(...kids.filter(k => k !== null && k !== undefined));
  return e;
};
const here = () => decodeURI(location.pathname).replace(/\/$/, '/index.html');
const slug = () => here().match(/^\/_preview\/([^/]+)\/index\.html$/)?.[1];

export class Panel {
  constructor(send) {
    this.send = send;
    this.host = el('reportgen-live');
    const root = this.root = this.host.attachShadow({ mode: 'open' });
    this.sheet = el('section', { className: 'sheet', hidden: true, ariaLabel: 'Errors' });
    this.sheet.setAttribute('role', 'alert');
    this.tab = el('button', { type: 'button', className: 'tab', ariaExpanded: 'false' });
    this.panel = el('aside', { className: 'panel', hidden: true, ariaLabel: 'Figures' });
    this.tab.onclick = () => this.toggle();
    this.query = el('input', { type: 'search', placeholder: 'Filter', ariaLabel: 'Filter by id, caption or state' });
    this.query.oninput = () => this.list();
    this.pick = el('button', { type: 'button', className: 'act', textContent: 'Find source', title: 'Then click a paragraph or figure; or click it with the Alt key at any time', ariaPressed: 'false' });
    this.pick.onclick = () => this.picking(this.pick.ariaPressed === 'false');
    this.place = el('p', { className: 'found', hidden: true });
    this.place.setAttribute('role', 'status');
    this.rows = el('div');
    this.rows.onpointerdown = e => { this.held = e.target.type === 'range'; }; // a slider in use is not replaced
    addEventListener('pointerup', () => this.held && setTimeout(() => { this.held = false; this.list(); }), true);
    this.panel.append(el('div', { className: 'head' }, el('h2', { textContent: 'Figures' }), this.query, this.pick), this.rows);
    root.append(el('link', { rel: 'stylesheet', href: '/_reportgen/panel.css' }), this.sheet, this.panel, this.place, this.tab);
    root.addEventListener('keydown', e => e.key === 'Escape' && this.close());
    document.body.append(this.host);
    this.open = null;
    this.dismissed = '';
    try { if (sessionStorage.rglPanel) this.toggle(); } catch { /* no storage */ }
  }

  connected(yes) {
    this.offline = !yes;
    this.label();
  }

  toggle() {
    this.panel.hidden = !this.panel.hidden;
    this.tab.ariaExpanded = String(!this.panel.hidden);
    try { sessionStorage.rglPanel = this.panel.hidden ? '' : '1'; } catch { /* no storage */ }
  }

  close() {
    this.picking(false);
    if (!this.place.hidden) this.place.hidden = true;
    else if (!this.sheet.hidden) this.dismiss();
    else if (!this.panel.hidden) { this.toggle(); this.tab.focus(); }
  }

  // The source of what is clicked: of a figure its function, of all else the line of the post.

  picking(on) {
    this.pick.ariaPressed = String(on);
    document.documentElement.classList.toggle('rgl-pick', on);
  }

  clicked(e) {
    const spot = e.button || !(e.altKey || this.pick.ariaPressed === 'true') ? undefined : spotOf(e.target);
    if (!spot) return;
    e.preventDefault();
    e.stopPropagation();
    this.picking(false);
    const figure = e.target.closest('.view') && e.target.closest('figure');
    const row = figure && this.state?.figures?.find(f => f.anchors.includes(figure.id));
    if (row) this.found(...split(row.place)); else this.send({ where: spot, slug: slug() ?? '' });
  }

  found(file, line) {
    this.place.replaceChildren(...this.linked(file, line));
    this.place.hidden = false;
    if (this.state.editor) this.send({ edit: file, line });
  }

  // A place in a file, with ways to an editor.
  linked(file, line) {
    const { root, editor } = this.state, text = line ? `${file}:${line}` : file, at = line || 1;
    const path = file.startsWith('/') ? file : `${root}/${file}`;
    const own = editor && !file.startsWith('/');
    return [
      own ? el('button', { type: 'button', className: 'link', textContent: text, title: `Open in ${editor}`, onclick: () => this.send({ edit: file, line: at }) }) : text, ' ',
      el('a', { href: `vscode://file/${encodeURI(path).replace(/[#?]/g, encodeURIComponent).replace(/^\//, '')}:${at}`, textContent: 'VS Code' }),
    ];
  }

  dismiss() {
    this.dismissed = this.told;
    this.sheet.hidden = true;
  }

  show(state, gone) {
    this.state = state;
    this.gone = gone;
    this.errors();
    this.list();
    this.label();
  }

  progress(message) {
    for (const name of new Set([message.target, message.node]))
      for (const bar of this.root.querySelectorAll(`li[data-name="${CSS.escape(name)}"] progress`)) this.advance(bar, message);
  }

  advance(bar, message) {
    if (message.total) bar.value = message.done / message.total; else bar.removeAttribute('value');
    bar.nextElementSibling.textContent = [
      message.node, message.label, message.total ? `${message.done} of ${message.total}` : message.done,
      ...Object.entries(message.values).map(([k, v]) => `${k} ${Number(v.toPrecision(4))}`),
    ].filter(Boolean).join(' · ');
  }

  // The tab: one line that says how things are.

  label() {
    const figures = this.state?.figures ?? [], count = {};
    for (const f of figures) count[f.doing === 'running' ? 'running' : f.state] = (count[f.doing === 'running' ? 'running' : f.state] ?? 0) + 1;
    const text = this.offline ? 'not connected' : !this.state?.ready ? 'looking …'
      : Object.entries(count).map(([name, n]) => `${n} ${name}`).join(' · ') || 'no figures';
    const errors = this.state?.problems?.length ?? 0;
    const worst = this.offline || errors ? 'bad' : figures.every(f => f.state === 'fresh') ? 'good' : 'half';
    this.tab.replaceChildren(el('span', { className: `dot ${worst}` }), errors && !this.offline ? `${errors} error${errors > 1 ? 's' : ''} · ${text}` : text);
  }

  // The sheet: what is wrong here, and nothing when all is well.

  errors() {
    const problems = (this.state.problems ?? []).filter(p => !p.slug || p.slug === slug() || !slug());
    if (this.gone) problems.unshift({ title: 'This post is gone', message: 'Its source was deleted or renamed.', hint: 'All posts: ', link: '/_preview/index.html' });
    this.told = JSON.stringify(problems);
    this.sheet.hidden = !problems.length || this.told === this.dismissed;
    if (!problems.length) this.dismissed = '';
    const close = el('button', { type: 'button', className: 'close', textContent: 'Hide', title: 'Hide until something changes (Esc)' });
    close.onclick = () => this.dismiss();
    this.sheet.replaceChildren(close, ...problems.map(p => problem(p, p.file ? this.linked(p.file, p.line) : null)));
  }

  // The panel: a row a figure, with a drawer.

  list() {
    if (this.held || !this.state) return;
    const active = this.root.activeElement, focus = active?.dataset.key, typed = active?.matches('input') && active.type !== 'checkbox' ? active.value : undefined;
    const words = this.query.value.toLowerCase().split(/\s+/), fits = row => words.every(w => `${row.id} ${row.caption} ${row.state}`.toLowerCase().includes(w));
    const rows = (this.state.figures ?? []).filter(fits), artifacts = (this.state.artifacts ?? []).filter(fits), tried = Object.entries(this.state.tried ?? {});
    const others = (this.state.problems ?? []).filter(p => p.slug && p.slug !== slug() && slug());
    const warnings = this.state.warnings?.[slug()] ?? [];
    const say = (textContent, message) => el('button', { type: 'button', className: 'act', textContent, onclick: () => this.send(message) });
    this.rows.replaceChildren(
      tried.length ? el('p', { className: 'tried' }, `Tried here: ${tried.map(([k, v]) => `${k} = ${JSON.stringify(v)}`).join(', ')}. `, say('Write to pyproject.toml', { keep: true }), say('Undo', { drop: true })) : '',
      rows.length ? el('ul', {}, ...rows.map(row => this.row(row))) : el('p', { textContent: this.state.figures?.length ? 'No figure fits the filter.' : 'No figures are registered.' }),
      ...section('Artifacts behind them', artifacts.map(row => this.row(row)), ''),
      ...section('Warnings', warnings.map(w => el('li', { textContent: w }))),
      ...section('Errors in other posts', others.map(p => el('li', {}, el('a', { href: `/_preview/${p.slug}/index.html`, textContent: p.file || p.slug }), `: ${p.message}`))),
    );
    const again = focus && this.root.querySelector(`[data-key="${CSS.escape(focus)}"]`);
    if (!again) return;
    again.focus();
    if (typed !== undefined) again.value = typed;
  }

  row(row) {
    const open = this.open === row.id;
    const name = el('button', { type: 'button', className: 'name', ariaExpanded: String(open) },
      el('span', { className: `dot ${row.state === 'fresh' ? 'good' : row.state === 'failed' ? 'bad' : 'half'}` }), el('b', { textContent: row.id }));
    name.dataset.key = `name ${row.id}`;
    name.onclick = () => { this.open = open ? null : row.id; this.list(); };
    const running = row.doing === 'running';
    const act = el('button', { type: 'button', className: 'act', textContent: running ? 'Stop' : row.doing === 'queued' ? 'Queued' : 'Rebuild', disabled: row.doing === 'queued', ariaLabel: `${running ? 'Stop' : 'Rebuild'} ${row.id}` });
    act.dataset.key = `act ${row.id}`;
    act.onclick = () => this.send(running ? { stop: row.id } : { rebuild: row.id });
    const item = el('li', {},
      el('div', { className: 'line' }, name, el('span', { className: 'state', textContent: row.state }), el('span', { className: 'cost', textContent: row.cost, title: 'What a rebuild takes, by the last runs' }), act),
      row.caption ? el('p', { className: 'cap', textContent: row.caption }) : null,
      row.reason || row.held ? el('p', { className: 'why', textContent: [row.reason, row.held && row.held !== 'stopped' ? `${row.held === 'costly' ? '' : `${row.held}, `}waits for a click` : row.held].filter(Boolean).join('; ') }) : null,
      running ? el('p', { className: 'run' }, el('progress', { max: 1, ariaLabel: `Progress of ${row.id}` }), el('span')) : null,
      open ? drawer(row, this) : null);
    item.dataset.name = row.name;
    return item;
  }
}

const section = (title, items, className = 'notes') => items.length ? [el('h2', { textContent: title }), el('ul', { className }, ...items)] : [];

const split = place => [place.replace(/:\d+$/, ''), Number(place.match(/:(\d+)$/)?.[1] ?? 1)];

function problem(p, place) {
  return el('article', {},
    el('h2', { textContent: p.title }),
    el('p', { className: 'message', textContent: p.message }),
    place ? el('p', { className: 'place' }, ...place) : null,
    p.excerpt ? el('pre', { textContent: p.excerpt, tabIndex: 0 }) : null,
    p.hint ? el('p', { className: 'hint' }, p.hint, p.link ? el('a', { href: p.link, textContent: p.link }) : '') : null,
    p.trace ? el('details', {}, el('summary', { textContent: 'All it said' }), el('pre', { textContent: p.trace, tabIndex: 0 })) : null);
}

// A parameter's control, of the type of its default: what it says is tried at once.
function control(panel, { name, raw, defaults }, param) {
  const value = raw[param], type = typeof value, put = v => panel.send({ set: name, param, value: v });
  const input = (kind, props) => {
    const e = el('input', { type: kind, ariaLabel: `${name}.${param}`, ...props });
    e.dataset.key = `${kind} ${name}.${param}`;
    return e;
  };
  if (type === 'boolean') return [input('checkbox', { checked: value, onchange: e => put(e.target.checked) })];
  if (type !== 'number') return [input('text', {
    value: type === 'string' ? value : JSON.stringify(value),
    onchange: e => { try { put(type === 'string' ? e.target.value : JSON.parse(e.target.value)); e.target.setCustomValidity(''); } catch { e.target.setCustomValidity('not JSON'); e.target.reportValidity(); } },
  })];
  const first = Number(defaults[param]), whole = !/[.e]/i.test(defaults[param]) && Number.isInteger(value);
  const min = Math.min(value, 0, 4 * first), max = Math.max(value, first ? 4 * first : 1, 0);
  const slider = input('range', { min, max, step: whole ? 1 : Number(((max - min) / 100).toPrecision(2)), value });
  const number = input('number', { step: whole ? 1 : 'any', value });
  slider.oninput = () => { number.value = slider.value; };
  slider.onchange = number.onchange = e => { if (e.target.value !== '') put(Number(e.target.value)); };
  return [number, slider];
}

function drawer(row, panel) {
  const place = row.posts.includes(here()) ? row.anchors.find(a => document.getElementById(a)) : null;
  const links = place ? [el('a', { href: `#${place}`, textContent: 'Show it' })]
    : row.posts.filter(address => address !== here()).map(address => el('a', { href: `${address}#${row.anchors[0]}`, textContent: `In ${address.split('/')[2]}` }));
  if (row.versions) links.push(el('a', { href: `/_preview/versions/${encodeURIComponent(row.id)}`, textContent: 'All versions' }));
  const table = el('table', {}, ...row.parameters.flatMap(group => [
    el('tr', { className: 'node' }, el('th', { colSpan: 2, scope: 'rowgroup' }, group.node, group.state === 'fresh' ? '' : ` (${group.state})`)),
    ...Object.entries(group.values).map(([name, value]) => el('tr', {},
      el('th', { scope: 'row', textContent: name }),
      el('td', {}, ...control(panel, group, name), value === group.defaults[name] ? '' : el('small', { textContent: ` default ${group.defaults[name]}` })))),
    ...(Object.keys(group.values).length ? [] : [el('tr', {}, el('td', { colSpan: 2, textContent: 'no parameters' }))]),
  ]));
  return el('div', { className: 'drawer' },
    el('p', { className: 'links' }, ...(links.length ? links : row.posts.length ? ['Quoted here.'] : ['']), el('span', { className: 'place' }, ...panel.linked(...split(row.place)))),
    table,
    el('dl', {}, ...row.facts.flatMap(([name, text]) => [el('dt', { textContent: name }), el('dd', { textContent: text })])),
    el('p', { className: 'hint' }, 'Why: ', el('code', { textContent: `reportgen why ${row.id}` })));
}
