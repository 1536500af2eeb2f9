// Search in the posts. The index is read when somebody begins to type; without scripts there is the list.
{
const box = document.querySelector('.search'), [input, status, list] = ['input', 'p', 'ul'].map(name => box.querySelector(name));
const plain = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
let index;
const read = () => index ??= fetch(box.dataset.index).then(r => r.json()).then(posts => posts.map(p => ({ ...p, title_: plain(p.title), text_: plain(p.text) })));
const row = post => {
  const item = document.createElement('li'), time = document.createElement('time'), link = document.createElement('a');
  time.textContent = post.date;
  Object.assign(link, { href: post.url, textContent: post.title });
  item.append(time, ' ', link);
  return item;
};
const show = async () => {
  const asked = input.value, words = plain(asked).split(/\s+/).filter(Boolean);
  let posts;
  try { posts = await read(); } catch { index = undefined; status.textContent = 'The index cannot be read.'; return; }
  if (asked !== input.value) return;
  const score = p => words.reduce((sum, w) => sum + 5 * p.title_.includes(w) + p.text_.includes(w), 0);
  const found = words.length ? posts.filter(p => words.every(w => p.title_.includes(w) || p.text_.includes(w))).sort((a, b) => score(b) - score(a)) : [];
  status.textContent = words.length ? `${found.length || 'No'} post${found.length === 1 ? '' : 's'} found` : '';
  list.replaceChildren(...found.map(row));
};
input.onfocus = read;
input.oninput = show;
box.hidden = false;
const asked = new URLSearchParams(location.search).get('q');
if (asked) { input.value = asked; show(); }
}
