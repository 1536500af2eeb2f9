// The colour scheme: the system's, or a remembered choice. Every page reads fully without this file.
{
const root = document.documentElement, system = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
const toggle = Object.assign(document.createElement('button'), { type: 'button' });
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
document.querySelector('header.site').append(toggle);

// What scrolls sideways can be reached by keyboard.
const reach = () => {
  for (const e of document.querySelectorAll('pre, .body > table'))
    if (e.scrollWidth > e.clientWidth) e.tabIndex = 0; else e.removeAttribute('tabindex');
};
reach();
addEventListener('resize', reach);
}
