// Shows what this server tells, and opens a page of it on a click. It keeps nothing and answers no request: everything else
// works without it. What a message says are words of the server; where a click leads stands here, and in no message.
const PAGES = { approvals: 'approvals', security: 'security', account: '../account', console: '../console' };
const addressOf = (page) => new URL(PAGES[page] ?? PAGES.account, self.registration.scope).href;

const readable = (data) => {
  try {
    return data.json();
  } catch {
    return {};
  }
};

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('push', (event) => {
  const { title, text, topic, page } = event.data ? readable(event.data) : {};
  // Browsers want every message to be shown, also one that this worker is too old for.
  const shown = self.registration.showNotification(typeof title === 'string' ? title : 'Behalf', {
    body: typeof text === 'string' ? text : '',
    tag: typeof topic === 'string' ? topic : 'notice',
    renotify: true,
    data: { page: typeof page === 'string' && Object.hasOwn(PAGES, page) ? page : 'account' },
  });
  event.waitUntil(shown);
});

const open = async (href) => {
  for (const client of await self.clients.matchAll({ type: 'window', includeUncontrolled: true })) {
    if (client.url === href && 'focus' in client) return client.focus();
  }
  return self.clients.openWindow(href);
};

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(addressOf(event.notification.data?.page)));
});
