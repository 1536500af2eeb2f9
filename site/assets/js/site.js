// The colour scheme: the system's, or a remembered choice. Every page reads fully without this file.
{
const root = document.documentElement, system = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
const toggle = document.querySelector('button.theme');
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
toggle.style.visibility = 'visible';

// What scrolls sideways can be reached by keyboard.
const reach = () => {
  for (const e of document.querySelectorAll('pre, .body table:not(figure table)'))
    if (e.scrollWidth > e.clientWidth) e.tabIndex = 0; else e.removeAttribute('tabindex');
};
reach();
addEventListener('resize', reach);
}
