// Turns messages on in this browser, and says which of the listed browsers this one is. Without this script, or where a
// browser has no such messages, the form stays hidden; the list and everything else work all the same.
const here = document.querySelector('[data-push-here]');
const form = document.querySelector('form[data-push]');
const list = document.querySelector('[data-push-list]');
const can = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');

// As src/domain/ports/identifiers.ts makes it.
const idOf = async (endpoint) => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint)));
  return `psh_${[...digest.subarray(0, 26)].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte & 31]).join('')}`;
};

const isOfKey = ({ options }, key) => options?.applicationServerKey && text(options.applicationServerKey) === key;

const subscribed = async () => {
  const { key, scope } = here.dataset;
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') throw Object.assign(new Error('denied'), { name: 'NotAllowedError' });
  await navigator.serviceWorker.register(form.dataset.worker, { scope });
  const { pushManager } = await navigator.serviceWorker.ready;
  const former = await pushManager.getSubscription();
  // A new address: the browser ends the subscription of the former user.
  await former?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
};

const turnOn = async (event) => {
  event.preventDefault();
  const message = form.querySelector('[data-message]');
  message.textContent = '';
  try {
    const { endpoint, keys } = (await subscribed()).toJSON();
    for (const [name, value] of Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth })) {
      form.elements.namedItem(name).value = value;
    }
    form.submit();
  } catch (error) {
    message.textContent = error.name === 'NotAllowedError' ? form.dataset.denied : form.dataset.failed;
  }
};

const markOwn = async () => {
  const registration = await navigator.serviceWorker.getRegistration(here.dataset.scope);
  const own = await registration?.pushManager.getSubscription();
  const id = own && (await idOf(own.endpoint));
  const card = id && list?.querySelector(`[data-browser="${CSS.escape(id)}"]`);
  if (!card) return false;
  card.querySelector('[data-own]').hidden = false;
  card.querySelector('form[data-remove]').addEventListener('submit', async (event) => {
    event.preventDefault();
    await own.unsubscribe().catch(() => {});
    event.target.submit();
  });
  // With another key than that of now it is told as before, and can be given the new one.
  return isOfKey(own, here.dataset.key);
};

if (can) {
  form?.addEventListener('submit', turnOn);
  markOwn()
    .catch(() => false)
    .then((isOn) => {
      if (form) form.hidden = isOn;
      document.querySelector('[data-push-on]').hidden = !isOn;
      document.querySelector('[data-without-push]').hidden = true;
    });
}
