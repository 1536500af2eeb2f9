// The scheme is an attribute: the remembered one, else the system's.
const root = document.documentElement;
const show = theme => {
  root.classList.add('transition');
  setTimeout(() => root.classList.remove('transition'), 500);
  root.setAttribute('data-theme', theme);
  localStorage.setItem('theme', theme);
};
show(localStorage.getItem('theme') || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));

addEventListener('DOMContentLoaded', () => {
  document.getElementById('light-toggle').onclick = () => show(root.dataset.theme === 'dark' ? 'light' : 'dark');
  // What medium-zoom does to every image: a class, and a copy over the page on click.
  for (const image of document.querySelectorAll('article img')) {
    image.classList.add('medium-zoom-image');
    image.addEventListener('click', () => {
      const overlay = Object.assign(document.createElement('div'), { className: 'medium-zoom-overlay' });
      const copy = image.cloneNode();
      copy.classList.add('medium-zoom-image--opened');
      document.body.append(overlay, copy);
      overlay.onclick = copy.onclick = () => { overlay.remove(); copy.remove(); };
    });
  }
});
