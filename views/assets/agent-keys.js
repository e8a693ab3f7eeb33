// Makes a key pair for an agent: saves the private key as a file and adds the public key to the field of the form. The private
// key is in no field, so no form sends it. Without this script the button stays hidden, and the field takes a key from elsewhere.
{
  const maker = document.querySelector('[data-key-maker]');
  const field = document.querySelector('textarea[name=jwks]');
  const button = maker?.querySelector('button');
  const status = maker?.querySelector('[role=status]');
  let last;

  /** The id of a key: its thumbprint (RFC 7638). */
  const idOf = async ({ crv, kty, x, y }) => {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify({ crv, kty, x, y })));
    return btoa(String.fromCharCode(...new Uint8Array(digest)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  };

  /** The keys of the field, without the last one that was made here. Any other text gives way. */
  const others = () => {
    try {
      const given = JSON.parse(field.value);
      const keys = Array.isArray(given.keys) ? given.keys : given.kty === undefined ? [] : [given];
      return keys.filter(({ kid }) => kid === undefined || kid !== last);
    } catch {
      return [];
    }
  };

  const save = (name, text) => {
    const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    const link = Object.assign(document.createElement('a'), { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };

  /** A name of a file: that of the agent, if it has letters for one. */
  const nameOf = () => {
    const name = document.querySelector('[name=name]')?.value ?? '';
    const plain = name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 40);
    return `${plain || 'agent'}.jwk.json`;
  };

  const make = async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', pair.privateKey);
    const common = { kid: await idOf({ crv, kty, x, y }), alg: 'ES256', use: 'sig' };
    const kept = others();
    const key = { kty, crv, x, y, ...common };
    save(nameOf(), `${JSON.stringify({ kty, crv, x, y, d, ...common }, null, 2)}\n`);
    field.value = JSON.stringify(kept.length === 0 ? key : { keys: [...kept, key] }, null, 2);
    last = common.kid;
    status.textContent = status.dataset.said;
  };

  if (maker && field && globalThis.crypto?.subtle) {
    maker.hidden = false;
    button.addEventListener('click', make);
  }
}
