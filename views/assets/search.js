// Results of the search of the console while the user types: the combobox of the ARIA practices, with a listbox from the server.
// Without this script the form leads to the page of results.
{
  const form = document.querySelector('form.find');
  const field = form?.querySelector('input[type=search]');
  const found = form?.querySelector('.found');
  const status = form?.querySelector('[data-found-status]');

  const options = () => [...found.querySelectorAll('[role=option]')];
  let current = -1;
  let running;
  let waiting;

  const mark = (index) => {
    const all = options();
    current = all.length === 0 ? -1 : (index + all.length) % all.length;
    for (const [at, option] of all.entries()) option.setAttribute('aria-selected', String(at === current));
    const active = all[current];
    if (!active) return field.removeAttribute('aria-activedescendant');
    field.setAttribute('aria-activedescendant', active.id);
    active.scrollIntoView({ block: 'nearest' });
  };

  const unmark = () => {
    current = -1;
    for (const option of options()) option.setAttribute('aria-selected', 'false');
    field.removeAttribute('aria-activedescendant');
  };

  const show = (isOpen) => {
    found.hidden = !isOpen;
    field.setAttribute('aria-expanded', String(isOpen && options().length > 0));
    if (!isOpen) unmark();
  };

  const clear = () => {
    running?.abort();
    clearTimeout(waiting);
    found.replaceChildren();
    status.textContent = '';
    show(false);
  };

  const look = async () => {
    const text = field.value.trim();
    running?.abort();
    if (text === '') return clear();
    running = new AbortController();
    const { signal } = running;
    const address = `${form.getAttribute('action')}?part=results&q=${encodeURIComponent(text)}`;
    const answer = await fetch(address, { headers: { accept: 'text/html' }, credentials: 'same-origin', signal });
    // The session is over, or the server is busy: the form itself still works.
    if (answer.redirected || !answer.ok) return clear();
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (signal.aborted) return;
    found.replaceChildren(...fresh.body.childNodes);
    status.textContent = found.querySelector('[data-count]')?.dataset.count ?? '';
    unmark();
    show(document.activeElement === field);
  };

  const go = (option, isElsewhere) => {
    if (isElsewhere) window.open(option.dataset.href, '_blank', 'noopener');
    else location.assign(option.dataset.href);
  };

  const MOVES = { ArrowDown: () => mark(current + 1), ArrowUp: () => mark(current < 0 ? -1 : current - 1) };

  const onKey = (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape' && !found.hidden) {
      event.preventDefault();
      show(false);
    } else if (MOVES[event.key]) {
      event.preventDefault();
      if (found.hidden && found.childElementCount > 0) show(true);
      if (!found.hidden) MOVES[event.key]();
    } else if (event.key === 'Enter' && !found.hidden && options()[current]) {
      event.preventDefault();
      go(options()[current], event.ctrlKey || event.metaKey);
    }
  };

  if (field && found) {
    for (const [name, value] of Object.entries({
      role: 'combobox',
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      'aria-controls': 'found-list',
      'aria-haspopup': 'listbox',
    }))
      field.setAttribute(name, value);
    field.addEventListener('input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => look().catch(() => {}), 160);
    });
    field.addEventListener('keydown', onKey);
    field.addEventListener('focus', () => show(found.childElementCount > 0));
    // A click on a result must not take the focus away first.
    found.addEventListener('mousedown', (event) => event.preventDefault());
    found.addEventListener('click', (event) => {
      const option = event.target.closest('[role=option]');
      if (option) go(option, event.ctrlKey || event.metaKey);
    });
    form.addEventListener('focusout', (event) => {
      if (!form.contains(event.relatedTarget)) show(false);
    });
    document.addEventListener('keydown', (event) => {
      // No shortcut of a single character (WCAG 2.1.4). A browser that fills in a form sends events without a key.
      const isShortcut =
        event.key?.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      if (!isShortcut) return;
      event.preventDefault();
      field.focus();
      field.select();
    });
  }
}
