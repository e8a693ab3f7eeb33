import { type HtmlValue, html, phrase } from '../html.ts';

/** Initial access tokens, with which agents and clients register themselves. */
export const registrationTokenWords = {
  title: phrase({ en: 'Registration tokens', de: 'Registrierungs-Tokens' }),
  lead: phrase({
    en: 'Initial access tokens, with which agents and clients register themselves (RFC 7591). Expired ones are left out.',
    de: 'Initial Access Tokens, mit denen sich Agenten und Clients selbst registrieren (RFC 7591). Abgelaufene fehlen hier.',
  }),
  none: phrase({
    en: 'There is no registration token. With one, software registers itself, and its owner is known.',
    de: 'Es gibt kein Registrierungs-Token. Mit einem registriert sich Software selbst, und ihr Eigentümer ist bekannt.',
  }),
  token: phrase({ en: 'Token', de: 'Token' }),
  make: phrase({ en: 'Create a token', de: 'Token anlegen' }),
  makeLead: phrase({
    en: 'Its holder decides which software it registers, so give it to one program only. The server shows it once.',
    de: 'Sein Inhaber bestimmt, welche Software es registriert: Geben Sie es nur einem Programm. Der Server zeigt es einmal.',
  }),
  add: phrase({ en: 'Create the token', de: 'Token anlegen' }),
  registers: phrase({ en: 'What it registers', de: 'Was es registriert' }),
  owner: phrase({ en: 'Owner of what registers', de: 'Eigentümer des Registrierten' }),
  ownerHint: phrase({
    en: 'A username or the name of a group, which is then asked to accept. Empty: you.',
    de: 'Ein Benutzername oder der Name einer Gruppe, die dann annehmen muss. Leer: Sie.',
  }),
  blueprint: phrase({ en: 'Blueprint', de: 'Blueprint' }),
  blueprintHint: phrase({
    en: 'With a blueprint, the token registers agents. Without one, it registers other clients: only administrators and operators create such a token.',
    de: 'Mit Blueprint registriert das Token Agenten. Ohne registriert es andere Clients: Ein solches legen nur Administratoren und Operatoren an.',
  }),
  agents: (blueprint: HtmlValue) => phrase({ en: html`Agents of ${blueprint}`, de: html`Agenten von ${blueprint}` }),
  clients: phrase({ en: 'Clients that are no agents', de: 'Clients, die keine Agenten sind' }),
  uses: phrase({ en: 'Registrations', de: 'Registrierungen' }),
  usesHint: phrase({ en: '1 to 1,000. Default: 1.', de: '1 bis 1.000. Vorgabe: 1.' }),
  usedOf: (used: number, uses: number) => phrase({ en: `${used} of ${uses} used`, de: `${used} von ${uses} benutzt` }),
  lifetime: phrase({ en: 'Lifetime', de: 'Lebensdauer' }),
  expires: phrase({ en: 'Expires', de: 'Läuft ab' }),
  by: phrase({ en: 'Created by', de: 'Angelegt von' }),
  states: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    used: phrase({ en: 'used up', de: 'aufgebraucht' }),
    revoked: phrase({ en: 'revoked', de: 'widerrufen' }),
  },
  secretLead: phrase({
    en: 'The program sends it as a bearer token to the registration endpoint.',
    de: 'Das Programm sendet es als Bearer-Token an den Registrierungs-Endpunkt.',
  }),
  revoke: phrase({ en: 'Revoke', de: 'Widerrufen' }),
  revokeTitle: phrase({ en: 'Revoke a registration token', de: 'Registrierungs-Token widerrufen' }),
  revokeAsked: phrase({ en: 'Revoke this registration token?', de: 'Dieses Registrierungs-Token widerrufen?' }),
  revokeLead: phrase({
    en: 'The token registers nothing more. What it registered stays. This cannot be undone.',
    de: 'Das Token registriert nichts mehr. Was es registriert hat, bleibt. Das lässt sich nicht zurücknehmen.',
  }),
};
