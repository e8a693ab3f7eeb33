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
  none: phrase({
    en: 'There is no provider yet. With one, people sign in with the account that they have at your organisation.',
    de: 'Es gibt noch keinen Anmeldedienst. Mit einem melden sich Personen mit dem Konto an, das sie in Ihrer Organisation haben.',
  }),
  pages: phrase({ en: 'Pages of providers', de: 'Seiten der Anmeldedienste' }),
  provider: phrase({ en: 'Provider', de: 'Anmeldedienst' }),
  make: phrase({ en: 'Add a provider', de: 'Anmeldedienst hinzufügen' }),
  add: phrase({ en: 'Add the provider', de: 'Anmeldedienst hinzufügen' }),
  makeLead: phrase({
    en: 'People sign in here with their account at the provider, over OpenID Connect.',
    de: 'Personen melden sich hier mit ihrem Konto beim Anmeldedienst an, über OpenID Connect.',
  }),
  changeTitle: phrase({ en: 'Change a provider', de: 'Anmeldedienst ändern' }),
  changeLead: phrase({
    en: 'The change applies to the next sign-in.',
    de: 'Die Änderung gilt ab der nächsten Anmeldung.',
  }),
  toRegister: phrase({ en: 'Addresses to register at the provider', de: 'Adressen, die der Anmeldedienst braucht' }),
  redirectUri: phrase({ en: 'Redirect URI', de: 'Redirect-URI' }),
  logoutUri: phrase({ en: 'Post-logout redirect URI', de: 'Post-Logout-Redirect-URI' }),
  backchannelUri: phrase({ en: 'Back-channel logout URI', de: 'Back-Channel-Logout-URI' }),
  keys: phrase({ en: 'JWKS URI', de: 'JWKS-URI' }),
  label: phrase({ en: 'Name on the button', de: 'Name auf der Schaltfläche' }),
  labelHint: phrase({
    en: 'People read it on the sign-in page.',
    de: 'Personen lesen ihn auf der Anmeldeseite.',
  }),
  issuer: phrase({ en: 'Issuer', de: 'Aussteller' }),
  issuerHint: phrase({
    en: 'The URL of the provider, without the path of its discovery document. It cannot change later.',
    de: 'Die URL des Dienstes, ohne den Pfad seines Discovery-Dokuments. Sie lässt sich später nicht ändern.',
  }),
  connection: phrase({ en: 'This server at the provider', de: 'Dieser Server beim Anmeldedienst' }),
  connectionHint: (redirectUri: HtmlValue) =>
    phrase({
      en: html`Register this server there first, with the redirect URI ${redirectUri}`,
      de: html`Registrieren Sie diesen Server zuerst dort, mit der Redirect-URI ${redirectUri}`,
    }),
  methodHint: (jwksUri: HtmlValue) =>
    phrase({
      en: html`With a key, the provider needs the JWKS URI ${jwksUri}`,
      de: html`Mit Schlüssel braucht der Anmeldedienst die JWKS-URI ${jwksUri}`,
    }),
  clientId: phrase({ en: 'Client id', de: 'Client-Id' }),
  methods: {
    private_key_jwt: phrase({
      en: 'key of this server (private_key_jwt)',
      de: 'Schlüssel dieses Servers (private_key_jwt)',
    }),
    client_secret_basic: phrase({
      en: 'secret in the header (client_secret_basic)',
      de: 'Secret im Header (client_secret_basic)',
    }),
    client_secret_post: phrase({
      en: 'secret in the body (client_secret_post)',
      de: 'Secret im Body (client_secret_post)',
    }),
  },
  method: phrase({ en: 'Authentication', de: 'Authentifizierung' }),
  secret: phrase({ en: 'Client secret', de: 'Client-Secret' }),
  newSecretHint: phrase({
    en: 'Only for a method with a secret. The server never shows it.',
    de: 'Nur für eine Methode mit Secret. Der Server zeigt es nie.',
  }),
  secretHint: phrase({
    en: 'Only for a method with a secret. The server never shows it. Empty: it stays as it is.',
    de: 'Nur für eine Methode mit Secret. Der Server zeigt es nie. Leer: Es bleibt, wie es ist.',
  }),
  scopes: phrase({ en: 'Scopes to request', de: 'Angefragte Scopes' }),
  people: phrase({ en: 'Who signs in there', de: 'Wer sich dort anmeldet' }),
  button: phrase({ en: 'Button on the sign-in page', de: 'Schaltfläche auf der Anmeldeseite' }),
  domains: phrase({ en: 'Domains of usernames', de: 'Domains der Benutzernamen' }),
  domainsHint: phrase({
    en: 'People with a username at one of these sign in at the provider. One on each line.',
    de: 'Personen mit einem Benutzernamen bei einer davon melden sich beim Anmeldedienst an. Je Zeile eine.',
  }),
  createAccounts: phrase({
    en: 'Create an account at the first sign-in',
    de: 'Bei der ersten Anmeldung ein Konto anlegen',
  }),
  claims: phrase({ en: 'Claims, groups and second factor', de: 'Claims, Gruppen und zweiter Faktor' }),
  claim: {
    username: phrase({ en: 'Claim of the username', de: 'Claim des Benutzernamens' }),
    name: phrase({ en: 'Claim of the name', de: 'Claim des Namens' }),
    email: phrase({ en: 'Claim of the e-mail address', de: 'Claim der E-Mail-Adresse' }),
    groups: phrase({ en: 'Claim of the groups', de: 'Claim der Gruppen' }),
  },
  claimHint: (usual: string) => phrase({ en: `Default: ${usual}.`, de: `Vorgabe: ${usual}.` }),
  groups: phrase({ en: 'Groups', de: 'Gruppen' }),
  groupsHint: phrase({
    en: 'On each line a value of the claim, = and the name of a group here. Each sign-in sets the membership.',
    de: 'Je Zeile ein Wert des Claims, = und der Name einer Gruppe hier. Jede Anmeldung setzt die Zugehörigkeit.',
  }),
  acr: phrase({
    en: 'Values of acr that prove a second factor',
    de: 'Werte von acr, die einen zweiten Faktor belegen',
  }),
  amr: phrase({
    en: 'Values of amr that prove a second factor',
    de: 'Werte von amr, die einen zweiten Faktor belegen',
  }),
  factorHint: phrase({
    en: 'One on each line. Without any, this server asks for the second factor.',
    de: 'Je Zeile einer. Ohne einen fragt dieser Server nach dem zweiten Faktor.',
  }),
  noFactor: phrase({ en: 'this server asks for it', de: 'dieser Server fragt danach' }),
  factor: phrase({ en: 'Second factor', de: 'Zweiter Faktor' }),
  signOut: phrase({ en: 'Sign-out at the provider', de: 'Abmelden beim Anmeldedienst' }),
  signOuts: {
    offer: phrase({ en: 'offered after the sign-out here', de: 'nach dem Abmelden hier angeboten' }),
    always: phrase({ en: 'at once', de: 'sofort' }),
  },
  leads: phrase({ en: 'Offered', de: 'Angeboten' }),
  leading: (button: boolean, domains: HtmlValue) =>
    phrase({
      en: html`${button ? 'button on the sign-in page' : 'no button'}${domains && html`, ${button ? 'and' : 'but'} for usernames at ${domains}`}`,
      de: html`${button ? 'Schaltfläche auf der Anmeldeseite' : 'keine Schaltfläche'}${domains && html`, ${button ? 'und' : 'aber'} für Benutzernamen bei ${domains}`}`,
    }),
  newPeople: phrase({ en: 'New accounts', de: 'Neue Konten' }),
  getAccount: phrase({ en: 'created at the first sign-in', de: 'bei der ersten Anmeldung angelegt' }),
  getNone: phrase({ en: 'not created', de: 'nicht angelegt' }),
  disableTitle: phrase({ en: 'Disable a provider', de: 'Anmeldedienst sperren' }),
  disableAsked: (name: HtmlValue) =>
    phrase({ en: html`Disable sign-in with ${name}?`, de: html`Anmeldung mit ${name} sperren?` }),
  disableLead: phrase({
    en: 'No one signs in with it from now on. Sessions that began there go on, and links of accounts stay.',
    de: 'Ab jetzt meldet sich niemand damit an. Sitzungen, die dort begannen, laufen weiter, und Verknüpfungen bleiben.',
  }),
  remove: phrase({ en: 'Delete', de: 'Löschen' }),
  removeAsked: (name: HtmlValue) => phrase({ en: html`Delete ${name}?`, de: html`${name} löschen?` }),
  removeLead: phrase({
    en: 'No one signs in with it any more, and the links of accounts to people there are lost, even if you add it again.',
    de: 'Niemand meldet sich mehr damit an, und Verknüpfungen von Konten mit Personen dort gehen verloren, auch wenn Sie ihn wieder hinzufügen.',
  }),
};
