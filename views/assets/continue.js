// Sends the form of the next step by itself, once: a page that is shown again by the Back button waits for its button.
const [navigation] = performance.getEntriesByType('navigation');
if (navigation?.type !== 'back_forward') {
  const form = document.querySelector('form[data-continue]');
  form?.requestSubmit();
  form?.querySelector('.actions')?.setAttribute('hidden', '');
}
