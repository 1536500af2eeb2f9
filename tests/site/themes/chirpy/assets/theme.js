const root = document.documentElement, system = matchMedia('(prefers-color-scheme: dark)');
document.getElementById('mode-toggle').onclick = () => {
  const dark = root.dataset.mode ? root.dataset.mode === 'dark' : system.matches;
  root.dataset.mode = dark ? 'light' : 'dark';
};
for (const image of document.querySelectorAll('.shimmer img'))
  if (image.complete) image.parentElement.classList.remove('shimmer');
  else image.addEventListener('load', () => image.parentElement.classList.remove('shimmer'));
