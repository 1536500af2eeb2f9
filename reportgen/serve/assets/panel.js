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
    root.append(el('link', { rel: 'stylesheet', href: '/_reportgen/panel.css' }), this.sheet, this.panel, this.tab);
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
    if (!this.sheet.hidden) this.dismiss();
    else if (!this.panel.hidden) { this.toggle(); this.tab.focus(); }
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
    this.sheet.replaceChildren(close, ...problems.map(problem));
  }

  // The panel: a row a figure, with a drawer.

  list() {
    const rows = this.state.figures ?? [], focus = this.root.activeElement?.dataset.key;
    const others = (this.state.problems ?? []).filter(p => p.slug && p.slug !== slug() && slug());
    const warnings = this.state.warnings?.[slug()] ?? [];
    this.panel.replaceChildren(
      el('h2', { textContent: 'Figures' }),
      rows.length ? el('ul', {}, ...rows.map(row => this.row(row))) : el('p', { textContent: 'No figures are registered.' }),
      ...section('Artifacts behind them', (this.state.artifacts ?? []).map(row => this.row(row)), ''),
      ...section('Warnings', warnings.map(w => el('li', { textContent: w }))),
      ...section('Errors in other posts', others.map(p => el('li', {}, el('a', { href: `/_preview/${p.slug}/index.html`, textContent: p.file || p.slug }), `: ${p.message}`))),
    );
    if (focus) this.root.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
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
      row.reason || row.held ? el('p', { className: 'why', textContent: [row.reason, row.held && row.held !== 'stopped' ? `${row.held === 'costly' ? '' : `${row.held}, `}waits for a click` : row.held].filter(Boolean).join('; ') }) : null,
      running ? el('p', { className: 'run' }, el('progress', { max: 1, ariaLabel: `Progress of ${row.id}` }), el('span')) : null,
      open ? drawer(row) : null);
    item.dataset.name = row.name;
    return item;
  }
}

const section = (title, items, className = 'notes') => items.length ? [el('h2', { textContent: title }), el('ul', { className }, ...items)] : [];

function problem(p) {
  const place = p.file ? `${p.file}${p.line ? `:${p.line}` : ''}` : '';
  return el('article', {},
    el('h2', { textContent: p.title }),
    el('p', { className: 'message', textContent: p.message }),
    place ? el('p', { className: 'place', textContent: place }) : null,
    p.excerpt ? el('pre', { textContent: p.excerpt, tabIndex: 0 }) : null,
    p.hint ? el('p', { className: 'hint' }, p.hint, p.link ? el('a', { href: p.link, textContent: p.link }) : '') : null,
    p.trace ? el('details', {}, el('summary', { textContent: 'All it said' }), el('pre', { textContent: p.trace, tabIndex: 0 })) : null);
}

function drawer(row) {
  const place = row.posts.includes(here()) ? row.anchors.find(a => document.getElementById(a)) : null;
  const links = place ? [el('a', { href: `#${place}`, textContent: 'Show it' })]
    : row.posts.filter(address => address !== here()).map(address => el('a', { href: `${address}#${row.anchors[0]}`, textContent: `In ${address.split('/')[2]}` }));
  const table = el('table', {}, ...row.parameters.flatMap(({ node, state, values, defaults }) => [
    el('tr', { className: 'node' }, el('th', { colSpan: 2, scope: 'rowgroup', }, node, state === 'fresh' ? '' : ` (${state})`)),
    ...Object.entries(values).map(([name, value]) => el('tr', {},
      el('th', { scope: 'row', textContent: name }),
      el('td', {}, value, value === defaults[name] ? '' : el('small', { textContent: ` default ${defaults[name]}` })))),
    ...(Object.keys(values).length ? [] : [el('tr', {}, el('td', { colSpan: 2, textContent: 'no parameters' }))]),
  ]));
  return el('div', { className: 'drawer' },
    el('p', { className: 'links' }, ...(links.length ? links : row.posts.length ? ['Quoted here.'] : ['']), el('code', { textContent: row.place })),
    table,
    el('dl', {}, ...row.facts.flatMap(([name, text]) => [el('dt', { textContent: name }), el('dd', { textContent: text })])),
    el('p', { className: 'hint' }, 'Why: ', el('code', { textContent: `reportgen why ${row.id}` })));
}
