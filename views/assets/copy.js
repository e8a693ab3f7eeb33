// What every page of the console does with a click. Copies what a button names, and says so. Closes an open menu at a click
// beside it, and at Escape. Without this script the buttons do nothing, and without scripts a browser hides them; a menu
// closes at its own button.
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
