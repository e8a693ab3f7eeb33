// What every page of the console does with a click: copies what a button names, and says so; saves it as a file; prints the
// page; ticks all rows of a list, or none; closes an open menu at a click beside it, and at Escape. Without scripts a browser
// hides the buttons, and a menu closes at its own button.
{
  const rows = () => [...document.querySelectorAll('.pick input[name]')];
  const showAll = () => {
    const all = document.querySelector('input[data-pick-all]');
    if (!all) return;
    const ticked = rows().filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === rows().length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  const pick = (isChosen) => {
    for (const box of rows()) box.checked = isChosen;
    showAll();
  };
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement && target.closest('.pick')) target.name ? showAll() : pick(target.checked);
  });
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('button[data-pick-all]')) pick(true);
  });
  // A browser restores boxes of the page that the user comes back to.
  addEventListener('pageshow', showAll);
}
{
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(except)) menu.open = false;
  };
  document.addEventListener('click', ({ target }) => closeMenus(target));
  document.addEventListener('keydown', ({ key }) => {
    const menu = key === 'Escape' && document.querySelector('details.menu[open]');
    if (!menu) return;
    menu.querySelector('summary').focus();
    closeMenus(null);
  });
  /** Saves the text of the copy button beside it as a file of this name. */
  const save = (button) => {
    const text = button.parentElement.querySelector('[data-copy]').dataset.copy;
    const href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
    Object.assign(document.createElement('a'), { href, download: button.dataset.download }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  };
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target.closest('[data-print]')) window.print();
    const saving = target.closest('[data-download]');
    if (saving) save(saving);
  });
  document.addEventListener('click', async ({ target }) => {
    const button = target instanceof Element ? target.closest('[data-copy]') : null;
    if (!button) return;
    const status = button.nextElementSibling;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      // Some browsers ask the person, who may refuse: the text stays on the page.
      return;
    }
    button.dataset.done = '';
    status.textContent = status.dataset.said;
    setTimeout(() => {
      delete button.dataset.done;
      status.textContent = '';
    }, 2000);
  });
}
