// A figure that is being rebuilt says so, on top of the picture that it still shows.
const el = (tag, props, ...kids) => { const e = Object.assign(document.createElement(tag), props); e.append(...kids); return e; };
let latest = {};

export function veil(state, send, progress) {
  latest = progress ?? {};
  for (const row of state?.figures ?? []) {
    const figure = row.anchors.map(a => document.getElementById(a)).find(Boolean);
    const view = figure?.querySelector('.view');
    if (!view) continue;
    const old = [...view.children].find(e => e.className === 'rgl-veil');
    const wanted = row.doing && row.held !== 'volatile';
    figure.classList.toggle('rgl-stale', Boolean(wanted));
    if (!wanted) { old?.remove(); continue; }
    const text = words(row), share = row.doing === 'running' ? shareOf(row) : undefined;
    const now = old ?? view.appendChild(build(row, send));
    if (now.querySelector('.rgl-words').textContent !== text) now.querySelector('.rgl-words').textContent = text;
    const bar = now.querySelector('progress');
    bar.hidden = row.doing !== 'running';
    if (share === undefined) bar.removeAttribute('value'); else bar.value = share;
    now.querySelector('button').hidden = row.doing !== 'waiting';
  }
}

function build(row, send) {
  const button = el('button', { type: 'button', textContent: 'Rebuild' });
  button.onclick = () => send({ rebuild: row.id });
  const words = el('span', { className: 'rgl-words' });
  words.setAttribute('role', 'status');
  const box = el('div', {}, el('p', {}, words, button), el('progress', { max: 1, ariaLabel: 'Progress' }));
  return el('div', { className: 'rgl-veil' }, box);
}

const mine = row => latest.target === row.name;
const shareOf = row => mine(row) && latest.total ? latest.done / latest.total : undefined;

function words(row) {
  const state = row.state === 'missing' ? 'not there yet' : row.state;
  if (row.doing === 'queued') return `${state}, waiting for its turn`;
  if (row.doing === 'running') {
    const share = shareOf(row);
    const of = mine(row) && latest.node !== row.id ? ` ${latest.node}` : '';
    return `${state}, rebuilding${of}${share === undefined ? ' …' : ` ${Math.round(share * 100)} %`}`;
  }
  if (row.state === 'failed') return 'the last run failed';
  return row.held === 'costly' ? `${state}; a rebuild takes ${row.cost}` : `${state}; ${row.held || row.reason}`;
}
