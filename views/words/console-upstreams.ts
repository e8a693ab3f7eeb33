import { type HtmlValue, html, phrase } from '../html.ts';

/** Providers at which people sign in. */
export const upstreamsWords = {
  title: phrase({ en: 'Where people sign in', de: 'Wo Personen sich anmelden' }),
  withPasswords: phrase({
    en: 'Here with a password or a passkey, and at these providers.',
    de: 'Hier mit Passwort oder Passkey, und bei diesen Anmeldediensten.',
  }),
  withoutPasswords: phrase({
    en: 'Here with a passkey, and at these providers. Passwords are switched off.',
    de: 'Hier mit Passkey, und bei diesen Anmeldediensten. Passwörter sind abgeschaltet.',
  }),
  none: (redirectUri: HtmlValue) =>
    phrase({
      en: html`There is no other provider. Add one with <code>behalf upstreams create</code>; to be registered there: <code>${redirectUri}</code>`,
      de: html`Es gibt keinen anderen Anmeldedienst. Fügen Sie einen hinzu mit <code>behalf upstreams create</code>; dort einzutragen: <code>${redirectUri}</code>`,
    }),
  toRegister: (redirectUri: HtmlValue) =>
    phrase({
      en: html`Add a provider with <code>behalf upstreams create</code>. Register this address there: <code>${redirectUri}</code>`,
      de: html`Einen Anmeldedienst fügen Sie mit <code>behalf upstreams create</code> hinzu. Dort tragen Sie ein: <code>${redirectUri}</code>`,
    }),
  on: phrase({ en: 'On', de: 'An' }),
  off: phrase({ en: 'Off', de: 'Aus' }),
  switchOff: phrase({ en: 'Switch off', de: 'Abschalten' }),
  switchOn: phrase({ en: 'Switch on', de: 'Einschalten' }),
  issuer: phrase({ en: 'Issuer', de: 'Aussteller' }),
  leads: phrase({ en: 'Offered', de: 'Angeboten' }),
  leading: (button: boolean, domains: HtmlValue) =>
    phrase({
      en: html`${button ? 'by a button on the sign-in page' : 'without a button'}${domains && html`, with an address at ${domains}`}`,
      de: html`${button ? 'über eine Schaltfläche der Anmeldeseite' : 'ohne Schaltfläche'}${domains && html`, mit einer Adresse bei ${domains}`}`,
    }),
  newPeople: phrase({ en: 'New accounts', de: 'Neue Konten' }),
  getAccount: phrase({ en: 'yes, at the first sign-in', de: 'ja, bei der ersten Anmeldung' }),
  getNone: phrase({ en: 'no', de: 'nein' }),
  added: phrase({ en: 'Added', de: 'Hinzugefügt' }),
  id: phrase({ en: 'Id', de: 'Kennung' }),
};
