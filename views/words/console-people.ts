import { type HtmlValue, html, phrase } from '../html.ts';

/** People who can sign in here. */
export const peopleWords = {
  title: phrase({ en: 'People', de: 'Personen' }),
  lead: phrase({
    en: 'All people with an account here.',
    de: 'Alle, die hier ein Konto haben.',
  }),
  person: phrase({ en: 'Person', de: 'Person' }),
  wordsHint: phrase({
    en: 'Beginning of a name, username or e-mail',
    de: 'Anfang von Name, Benutzername, E-Mail',
  }),
  roles: phrase({ en: 'Roles', de: 'Rollen' }),
  noRoles: (name: HtmlValue) => phrase({ en: html`${name} has no roles.`, de: html`${name} hat keine Rollen.` }),
  hasRoles: (name: HtmlValue, roles: HtmlValue) =>
    phrase({ en: html`Roles of ${name} now: ${roles}`, de: html`Rollen von ${name} jetzt: ${roles}` }),
  roleNames: {
    administrator: phrase({ en: 'administrator', de: 'Administrator' }),
    operator: phrase({ en: 'operator', de: 'Operator' }),
    auditor: phrase({ en: 'auditor', de: 'Auditor' }),
    break_glass: phrase({ en: 'break-glass', de: 'Notfallfreigabe' }),
  },
  groups: phrase({ en: 'Groups', de: 'Gruppen' }),
  none: phrase({
    en: 'There are no people here yet. Create an account, or let people sign in with another provider.',
    de: 'Hier ist noch niemand. Legen Sie ein Konto an, oder lassen Sie Personen sich bei einem anderen Anbieter anmelden.',
  }),
  make: phrase({ en: 'Add a person', de: 'Person anlegen' }),
  makeOne: phrase({
    en: 'People also get an account from a sign-in provider.',
    de: 'Personen bekommen ein Konto auch durch einen Anmeldedienst.',
  }),
  disabled: phrase({
    en: 'The account is disabled: no sign-in, no token. Enabling revives nothing that ended.',
    de: 'Das Konto ist gesperrt: keine Anmeldung, kein Token. Entsperren belebt nichts, was beendet ist.',
  }),
  isYou: phrase({ en: 'This is your own account.', de: 'Das ist Ihr eigenes Konto.' }),
  who: phrase({ en: 'Identity', de: 'Identität' }),
  username: phrase({ en: 'Username', de: 'Benutzername' }),
  email: phrase({ en: 'E-mail address', de: 'E-Mail-Adresse' }),
  verified: phrase({ en: 'verified', de: 'bestätigt' }),
  notVerified: phrase({ en: 'not verified', de: 'nicht bestätigt' }),
  directory: phrase({ en: 'Provisioned by', de: 'Bereitgestellt von' }),
  directoryGroups: phrase({ en: 'Groups sent to apps', de: 'Gruppen, die Apps mitgeteilt werden' }),
  ownerGroups: phrase({ en: 'Groups that own agents', de: 'Gruppen, denen Agenten gehören' }),
  entitlements: phrase({ en: 'Limit of what consent can give', de: 'Obergrenze für Einwilligungen' }),
  whatConsentGives: phrase({ en: 'no limit', de: 'keine Grenze' }),
  factors: phrase({ en: 'Second factors', de: 'Zweite Faktoren' }),
  noFactors: phrase({
    en: 'None. A password or a sign-in provider is enough.',
    de: 'Keine. Ein Passwort oder ein Anmeldedienst genügt.',
  }),
  factorKinds: {
    passkey: phrase({ en: 'Passkey', de: 'Passkey' }),
    totp: phrase({ en: 'Authenticator app', de: 'Authenticator-App' }),
    recovery: phrase({ en: 'Recovery codes', de: 'Wiederherstellungscodes' }),
  },
  kind: phrase({ en: 'Kind', de: 'Art' }),
  copied: phrase({ en: 'there may be a copy', de: 'es gibt vielleicht eine Kopie' }),
  left: (count: number) => phrase({ en: `${count} left`, de: `noch ${count}` }),
  since: phrase({ en: 'Since', de: 'Seit' }),
  lastUse: phrase({ en: 'Last use', de: 'Zuletzt benutzt' }),
  removeFactors: phrase({ en: 'Remove all', de: 'Alle entfernen' }),
  removeTitle: phrase({ en: 'Remove second factors', de: 'Zweite Faktoren entfernen' }),
  removeAsked: (name: HtmlValue) =>
    phrase({ en: html`Remove all second factors of ${name}?`, de: html`Alle zweiten Faktoren von ${name} entfernen?` }),
  removeLead: phrase({
    en: 'For a person who lost them: from then on the password alone is enough. Their sessions continue. The person is notified. Verify who asks.',
    de: 'Für jemanden, dem sie verloren gingen: Von da an genügt das Passwort allein. Sitzungen laufen weiter. Die Person erfährt davon. Vergewissern Sie sich, wer darum bittet.',
  }),
  sessions: phrase({ en: 'Sessions', de: 'Sitzungen' }),
  noSessions: phrase({ en: 'Not signed in anywhere.', de: 'Nirgends angemeldet.' }),
  endSessions: phrase({ en: 'Sign out everywhere', de: 'Überall abmelden' }),
  browser: phrase({ en: 'Browser', de: 'Browser' }),
  links: phrase({ en: 'Linked identities', de: 'Verbundene Identitäten' }),
  provider: phrase({ en: 'Sign-in provider', de: 'Anmeldedienst' }),
  theirId: phrase({ en: 'User id there', de: 'Kennung dort' }),
  agents: phrase({ en: 'Owned agents', de: 'Eigene Agenten' }),
  noAgents: phrase({ en: 'Owns no agent.', de: 'Besitzt keinen Agenten.' }),
  allAgents: phrase({ en: 'All of them', de: 'Alle zeigen' }),
  delegations: phrase({ en: 'Agents with access', de: 'Agenten mit Zugriff' }),
  noDelegations: phrase({
    en: 'No agent may act for this person.',
    de: 'Kein Agent darf für diese Person handeln.',
  }),
  apps: phrase({ en: 'Apps with access', de: 'Apps mit Zugriff' }),
  noApps: phrase({
    en: 'No app has access for this person.',
    de: 'Keine App hat Zugriff für diese Person.',
  }),
  app: phrase({ en: 'App', de: 'App' }),
  aboutPerson: phrase({ en: 'About the person:', de: 'Zur Person:' }),
  transactions: phrase({ en: 'Transactions', de: 'Vorgänge' }),
  noTransactions: phrase({
    en: 'No agent or app has acted for this person lately.',
    de: 'In letzter Zeit hat kein Agent und keine App für diese Person gehandelt.',
  }),
  undeclared: phrase({ en: 'not declared', de: 'nicht angekündigt' }),
  lastEvent: phrase({ en: 'Last event', de: 'Letztes Ereignis' }),
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  where: phrase({ en: 'API', de: 'API' }),
  scopes: phrase({ en: 'Scopes', de: 'Berechtigungen' }),
  until: phrase({ en: 'Until', de: 'Bis' }),
  end: phrase({ en: 'End', de: 'Beenden' }),
};

/** Groups of people that own agents. */
export const groupWords = {
  title: phrase({ en: 'Groups', de: 'Gruppen' }),
  lead: phrase({
    en: 'The members of a group own its agents together.',
    de: 'Die Agenten einer Gruppe gehören ihren Mitgliedern gemeinsam.',
  }),
  group: phrase({ en: 'Group', de: 'Gruppe' }),
  members: phrase({ en: 'Members', de: 'Mitglieder' }),
  none: phrase({
    en: 'There is no group yet. A group owns agents together, so that they keep an owner when a person leaves.',
    de: 'Es gibt noch keine Gruppe. Eine Gruppe besitzt Agenten gemeinsam. Sie behalten einen Eigentümer, wenn eine Person geht.',
  }),
  make: phrase({ en: 'Add a group', de: 'Gruppe anlegen' }),
  add: phrase({ en: 'Add the group', de: 'Gruppe anlegen' }),
  makeLead: phrase({
    en: 'At least two people, so that one remains when the other leaves.',
    de: 'Mindestens zwei Personen, damit noch jemand da ist, wenn eine geht.',
  }),
  changeOf: (name: HtmlValue) => phrase({ en: html`Change ${name}`, de: html`${name} ändern` }),
  changeTitle: phrase({ en: 'Change a group', de: 'Eine Gruppe ändern' }),
  changeLead: phrase({
    en: 'A person whom you remove does not own the agents of the group any more. Agents without an owner are frozen.',
    de: 'Wen Sie entfernen, dem gehören die Agenten der Gruppe nicht mehr. Agenten ohne Eigentümer werden eingefroren.',
  }),
  usernames: phrase({ en: 'Usernames of its members', de: 'Benutzernamen ihrer Mitglieder' }),
  usernamesHint: phrase({ en: 'One on each line.', de: 'Einer in jeder Zeile.' }),
  unknownAccount: (name: string) =>
    phrase({ en: `There is no account “${name}”.`, de: `Es gibt kein Konto „${name}“.` }),
  agents: phrase({ en: 'Its agents', de: 'Ihre Agenten' }),
  noAgents: phrase({ en: 'It owns no agent.', de: 'Ihr gehört kein Agent.' }),
  gone: phrase({ en: 'disabled', de: 'gesperrt' }),
};

/** Confirmations of what was ended on the page of a person. */
export const personDoneWords = {
  grantEnded: phrase({
    en: 'The app no longer has access for this person.',
    de: 'Die App hat keinen Zugriff mehr für diese Person.',
  }),
  linkRemoved: phrase({
    en: 'The person can no longer sign in from there.',
    de: 'Von dort meldet sich die Person nicht mehr an.',
  }),
} as const;
