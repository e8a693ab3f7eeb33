import { phrase } from '../html.ts';

/** Texts of passkeys.js and the forms it fills. */
export const passkeyWords = {
  exists: phrase({
    en: 'This device has a passkey for your account already.',
    de: 'Dieses Gerät hat schon einen Passkey für Ihr Konto.',
  }),
  failed: phrase({
    en: 'The browser did not go on with a passkey. Try again, or take another way.',
    de: 'Der Browser hat mit dem Passkey nicht weitergemacht. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Weg.',
  }),
  need: phrase({
    en: 'Passkeys take a browser that has them, with JavaScript.',
    de: 'Passkeys brauchen einen Browser, der sie kennt, mit JavaScript.',
  }),
};
