// Keeps the list of approvals up to date. The server only says that something changed; what it is, is read as the page is.
// Replaces only what the server changed, so that focus and selection stay. Without this script the list is as old as the page.
const part = () => document.getElementById('live');
// As the server wrote it: local-times.js changes the page.
let served = part()?.cloneNode(true);
const sayUpdated = () => {
  const status = document.querySelector('[data-live-status]');
  if (status) status.textContent = status.dataset.updated;
};

// Without the texts of times, which only tell how late it is.
const markup = (node) => {
  const copy = node.cloneNode(true);
  for (const time of copy.querySelectorAll('time')) time.replaceChildren();
  return copy.outerHTML;
};
const isSame = (one, other) => markup(one) === markup(other);
// Elements that hold elements only.
const hasParts = (node) =>
  node.matches('div, section, article, table, tbody') &&
  ![...node.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim());
const nameOf = (node) =>
  node.matches('article, tr') ? node.querySelector('a')?.getAttribute('href') : node.getAttribute('aria-labelledby');
const head = (node) => node.cloneNode(false).outerHTML;

// `shown` is on the page and was served as `was`. Returns what shows `now`: the same element if possible.
const updated = (shown, was, now) => {
  if (isSame(was, now)) return shown;
  if (!hasParts(now) || head(was) !== head(now)) return document.importNode(now, true);
  const rest = [...was.children].map((node, index) => [shown.children[index], node]);
  const parts = [...now.children].map((node) => {
    const at = rest.findIndex(([, one]) => one.localName === node.localName && nameOf(one) === nameOf(node));
    return at < 0 ? document.importNode(node, true) : updated(...rest.splice(at, 1)[0], node);
  });
  for (const old of [...shown.children]) if (!parts.includes(old)) old.remove();
  for (const [index, one] of parts.entries())
    if (shown.children[index] !== one) shown.insertBefore(one, shown.children[index] ?? null);
  return shown;
};

const refresh = async () => {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' }, credentials: 'same-origin' });
  // The session is over: the page itself says so, and leads to the sign-in.
  if (answer.redirected || !answer.ok) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live');
  const old = part();
  if (!fresh || !old || isSame(served, fresh)) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
  const next = updated(old, served, fresh);
  if (next !== old) old.replaceWith(next);
  served = fresh;
  if (focused && document.activeElement?.getAttribute('href') !== focused)
    next.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
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
