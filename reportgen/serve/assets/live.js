// The preview's part in a page: keeps it in step with the files, and says what is wrong.
import { adopt, patch, remember } from './patch.js';
import { veil } from './veil.js';
import { Panel } from './panel.js';

const script = document.querySelector('script[src$="/live.js"]');
let digest = script.dataset.digest, builds, styles, socket, state, progress, busy, again;

remember(document);
document.documentElement.style.overflowAnchor = 'none'; // patch() keeps the place itself

const here = () => decodeURI(location.pathname).replace(/\/$/, '/index.html');
const send = message => socket?.readyState === 1 && socket.send(JSON.stringify(message));
const panel = new Panel(send);
document.addEventListener('click', e => panel.clicked(e), true);

async function update() {
  if (busy) return again = true;
  busy = true;
  do {
    again = false;
    try {
      const answer = await fetch(location.pathname, { cache: 'no-store' });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const now = page.querySelector('script[src$="/live.js"]')?.dataset.digest;
      if (now === digest) continue;
      if ('waiting' in document.documentElement.dataset) return location.reload();
      if ('waiting' in page.documentElement.dataset) continue;
      await patch(page);
      digest = now;
    } catch { /* the server is gone; the socket will tell */ }
  } while (again);
  busy = false;
  veil(state, send, progress); // not before: it lifts when the new picture is there
}

function restyle() {
  for (const old of document.querySelectorAll('link[rel=stylesheet]:not([href^="/_reportgen/"])')) {
    const link = old.cloneNode(), address = new URL(old.href);
    address.searchParams.set('v', Date.now());
    link.href = address;
    adopt(link, old);
    link.onload = () => old.remove();
    old.after(link);
  }
}

function take(message) {
  if (message.type === 'progress') {
    progress = message;
    panel.progress(progress);
    return busy || veil(state, send, progress);
  }
  if (message.type === 'place') return panel.found(message.file, message.line);
  const first = state === undefined || !state.ready;
  state = message;
  progress = state.progress;
  const mine = state.pages?.[here()];
  if (first) ({ styles, builds } = state);
  if (styles !== state.styles) { styles = state.styles; restyle(); }
  panel.show(state, mine === undefined && here().startsWith('/_preview/') && state.ready);
  if (progress) panel.progress(progress);
  if (mine === undefined ? builds !== state.builds : mine !== digest) update();
  else if (!busy) veil(state, send, progress);
  builds = state.builds;
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/_reportgen/live`);
  socket.onopen = () => panel.connected(true);
  socket.onmessage = event => take(JSON.parse(event.data));
  socket.onclose = () => { panel.connected(false); setTimeout(connect, 500); };
}
connect();
