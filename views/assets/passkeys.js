// Passkeys. A form with `data-passkey` holds options; the browser is asked with them, and its answer is sent with the form.
// Without this script, or in a browser without passkeys, the forms stay hidden and the other ways remain.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');

const withIds = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const made = async (options) => {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: withIds(options.excludeCredentials),
  };
  const { id, rawId, type, response } = await navigator.credentials.create({ publicKey });
  return {
    id,
    rawId: text(rawId),
    type,
    clientExtensionResults: {},
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
};

const signed = async (options) => {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: withIds(options.allowCredentials),
  };
  const { id, rawId, type, response } = await navigator.credentials.get({ publicKey });
  return {
    id,
    rawId: text(rawId),
    type,
    clientExtensionResults: {},
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
    },
  };
};

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential) continue;
  const message = form.querySelector('[data-message]');
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    message.textContent = '';
    try {
      const options = JSON.parse(form.dataset.options);
      const answer = await (form.dataset.passkey === 'create' ? made(options) : signed(options));
      form.elements.namedItem('credential').value = JSON.stringify(answer);
      form.submit();
    } catch (error) {
      const { exists, failed } = message.dataset;
      message.textContent = error.name === 'InvalidStateError' ? exists : failed;
    }
  });
}
for (const one of document.querySelectorAll('[data-without-passkeys]')) {
  if (window.PublicKeyCredential) one.hidden = true;
}
