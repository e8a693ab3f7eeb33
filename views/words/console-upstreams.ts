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
      en: html`To be registered at each of them: <code>${redirectUri}</code>`,
      de: html`Bei jedem von ihnen einzutragen: <code>${redirectUri}</code>`,
    }),
  on: phrase({ en: 'On', de: 'An' }),
  off: phrase({ en: 'Off', de: 'Aus' }),
  switchOff: phrase({ en: 'Switch off', de: 'Abschalten' }),
  switchOn: phrase({ en: 'Switch on', de: 'Einschalten' }),
  issuer: phrase({ en: 'Issuer', de: 'Aussteller' }),
  leads: phrase({ en: 'Leads there', de: 'Führt dorthin' }),
  leading: (button: boolean, domains: HtmlValue) =>
    phrase({
      en: html`${button ? 'A button' : 'No button'}${domains && html`; addresses at ${domains}`}`,
      de: html`${button ? 'Eine Schaltfläche' : 'Keine Schaltfläche'}${domains && html`; Adressen bei ${domains}`}`,
    }),
  newPeople: phrase({ en: 'New people', de: 'Neue Personen' }),
  getAccount: phrase({ en: 'Get an account', de: 'Bekommen ein Konto' }),
  getNone: phrase({ en: 'Get none', de: 'Bekommen keins' }),
  added: phrase({ en: 'Added', de: 'Hinzugefügt' }),
  id: phrase({ en: 'Id', de: 'Kennung' }),
};
