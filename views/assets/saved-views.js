// Keeps filters of a list under a name, in this browser only: the server stores nothing. Without this script the place stays
// empty, and the address of a list can be kept as a bookmark.
{
  const MOST = 12;
  const place = document.querySelector('[data-views]');
  const key = `behalf-views:${place?.dataset.views}`;

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  /** What is stored may come from another version: anything but names and queries is left out. */
  const stored = () => {
    try {
      const found = JSON.parse(localStorage.getItem(key) ?? '[]');
      return found.filter(({ name, query }) => typeof name === 'string' && typeof query === 'string').slice(0, MOST);
    } catch {
      return [];
    }
  };

  const NO_FILTERS = ['after', 'at', 'done'];

  /** The filters of this page, without its place in the list. */
  const current = () => {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of [...query]) if (value === '' || NO_FILTERS.includes(name)) query.delete(name);
    return query.toString();
  };

  const keep = (views) => {
    try {
      localStorage.setItem(key, JSON.stringify(views));
    } catch {
      // The browser keeps nothing for this address.
    }
    show();
  };

  const show = () => {
    const { save, keep: button, name: label, remove } = place.dataset;
    const views = stored();
    const query = current();
    const isSaved = views.some((one) => one.query === query);
    const links = views.map((one) => {
      const link = element('a', { href: `${place.dataset.views}?${one.query}`, textContent: one.name });
      if (one.query === query) link.setAttribute('aria-current', 'true');
      return link;
    });
    const input = element('input', {
      type: 'text',
      maxLength: 40,
      required: true,
      placeholder: label,
      autocomplete: 'off',
    });
    input.setAttribute('aria-label', label);
    const form = element(
      'form',
      {},
      input,
      element('button', { type: 'submit', className: 'button plain', textContent: button }),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const name = input.value.trim().slice(0, 40);
      if (name !== '') keep([...views, { name, query }]);
    });
    const fold = element('details', {}, element('summary', { textContent: save }), form);
    fold.addEventListener('toggle', () => fold.open && input.focus());
    const end = element('button', { type: 'button', className: 'button quiet', textContent: remove });
    end.addEventListener('click', () => keep(views.filter((one) => one.query !== query)));
    const offered = isSaved ? [end] : query === '' || views.length >= MOST ? [] : [fold];
    place.replaceChildren(
      ...(links.length > 0
        ? [element('nav', { className: 'segments', ariaLabel: place.dataset.label }, ...links)]
        : []),
      ...offered,
    );
  };

  if (place) show();
}
