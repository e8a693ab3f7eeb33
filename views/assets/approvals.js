// Keeps the list of approvals up to date. The server only says that something changed; what it is, is read as the page is.
// Without this script the list is as old as the page.
const part = () => document.getElementById('live');
const sayUpdated = () => {
  const status = document.querySelector('[data-live-status]');
  if (status) status.textContent = status.dataset.updated;
};

const refresh = async () => {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' }, credentials: 'same-origin' });
  // The session is over: the page itself says so, and leads to the sign-in.
  if (answer.redirected || !answer.ok) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live');
  const old = part();
  if (!fresh || !old || fresh.innerHTML === old.innerHTML) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
  old.replaceWith(fresh);
  if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  sayUpdated();
};

let waiting;
const soon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh().catch(() => {}), 150);
};

const address = part()?.dataset.live;
if (address && window.EventSource) {
  const source = new EventSource(address);
  source.addEventListener('changed', soon);
  // What happened before it was heard, at first and after each break.
  source.addEventListener('open', soon);
  window.addEventListener('pagehide', () => source.close());
}
