// Reads a budget as one sentence while a user fills in the form. Without this script the sentence stays hidden.
const sentence = document.querySelector('[data-sentence]');
const form = sentence.closest('form');

const said = (name) => {
  const field = form.elements[name];
  return field instanceof HTMLSelectElement ? field.selectedOptions[0].text : field.value.trim();
};

/** A number and its unit, as the language writes them together. */
const duration = (name) => {
  const count = said(name);
  const unit = form.elements[`${name}.unit`].value.slice(0, -1);
  if (!/^\d{1,9}$/.test(count)) return '';
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit, unitDisplay: 'long' }).format(
    count,
  );
};

const show = () => {
  for (const part of sentence.querySelectorAll('[data-of]')) part.textContent = said(part.dataset.of) || '…';
  for (const part of sentence.querySelectorAll('[data-time]')) part.textContent = duration(part.dataset.time) || '…';
  for (const part of sentence.querySelectorAll('[data-is]'))
    part.hidden = form.elements[part.dataset.is].value !== part.dataset.value;
  for (const part of sentence.querySelectorAll('[data-with]')) part.hidden = said(part.dataset.with) === '';
};

form.addEventListener('input', show);
// A browser restores fields of the page that the user comes back to.
addEventListener('pageshow', show);
show();
sentence.hidden = false;
