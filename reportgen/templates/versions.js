// Any two versions of a figure, one over the other.
const all = [...document.querySelectorAll('.version img')].map(i => [i, i.closest('.version').querySelector('h2').textContent]);
const box = document.querySelector('figure.versions'), chosen = box?.querySelectorAll('select') ?? [];
chosen.forEach((select, side) => {
  const panel = box.querySelectorAll('.panel')[side];
  select.append(...all.map(([, name], i) => new Option(name, i)));
  select.value = 1 - side;
  select.onchange = () => {
    const [image, name] = all[select.value], img = panel.querySelector('img');
    for (const key of ['src', 'alt', 'width', 'height']) img[key] = image[key];
    panel.querySelector('p').textContent = name;
  };
  panel.querySelector('p').style = 'visibility:hidden;white-space:nowrap;overflow:hidden'; // the choice says it
  select.closest('p').hidden = false;
});
