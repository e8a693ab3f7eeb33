// Copies what a button names, and says so. Without this script the buttons do nothing, and without scripts a browser hides them.
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
