import { type HtmlValue, html, phrase } from '../html.ts';

/** Registering an agent, changing it, transferring it, retiring it. */
export const agentFormWords = {
  register: phrase({ en: 'Register an agent', de: 'Einen Agenten registrieren' }),
  registerLead: phrase({
    en: 'An agent works as soon as its owner accepts it. If you are the owner, the registration accepts it.',
    de: 'Ein Agent funktioniert, sobald sein Eigentümer ihn annimmt. Sind Sie der Eigentümer, nimmt ihn die Registrierung an.',
  }),
  whoItIs: phrase({ en: '1. Identity', de: '1. Identität' }),
  name: phrase({ en: 'Name', de: 'Name' }),
  nameHint: phrase({
    en: 'As people see it when it asks them for something.',
    de: 'So, wie Personen ihn sehen, wenn er sie um etwas bittet.',
  }),
  purpose: phrase({ en: 'Purpose', de: 'Zweck' }),
  purposeHint: phrase({
    en: 'What it is for, in a sentence or two.',
    de: 'Wofür er da ist, in ein, zwei Sätzen.',
  }),
  moreAboutIt: phrase({ en: 'More about it', de: 'Mehr über ihn' }),
  uses: phrase({ en: 'May be used for', de: 'Darf benutzt werden für' }),
  usesHint: phrase({ en: 'Short texts, one on each line.', de: 'Kurze Texte, einer in jeder Zeile.' }),
  provider: phrase({ en: 'Made by', de: 'Hersteller' }),
  providerVersion: phrase({ en: 'Version', de: 'Version' }),
  contact: phrase({ en: 'Contact', de: 'Kontakt' }),
  contactHint: phrase({
    en: 'An address or URL where people can ask about it.',
    de: 'Eine Adresse oder URL, unter der man nach ihm fragen kann.',
  }),
  whereItStands: phrase({ en: '2. Owner and environment', de: '2. Eigentümer und Umgebung' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  ownerHint: phrase({
    en: 'The account or group that is responsible for it.',
    de: 'Das Konto oder die Gruppe, die für ihn verantwortlich ist.',
  }),
  me: (name: string) => phrase({ en: `${name} (me)`, de: `${name} (ich)` }),
  otherOwner: phrase({ en: 'Another owner', de: 'Ein anderer Eigentümer' }),
  otherOwnerHint: phrase({
    en: 'A username, or the name of a group. They have 24 hours to accept it.',
    de: 'Ein Benutzername oder der Name einer Gruppe. Zum Annehmen bleiben 24 Stunden.',
  }),
  environment: phrase({ en: 'Environment', de: 'Umgebung' }),
  environmentHint: phrase({
    en: 'Where it runs. Resource servers and blueprints tell them apart.',
    de: 'Wo er läuft. Ressourcenserver und Blueprints unterscheiden danach.',
  }),
  blueprint: phrase({ en: 'Blueprint', de: 'Blueprint' }),
  blueprintHint: phrase({
    en: 'The ceiling it stands under. It can get less than that, never more.',
    de: 'Die Obergrenze, unter der er steht. Er kann weniger bekommen, nie mehr.',
  }),
  none: phrase({ en: 'None', de: 'Keiner' }),
  ends: phrase({ en: 'Ends', de: 'Endet' }),
  endsHint: phrase({
    en: 'From then on the server refuses its requests, until its owner sets a later end.',
    de: 'Von da an geht für ihn nichts, bis er ein späteres Ende bekommt.',
  }),
  endsIn: {
    never: phrase({ en: 'Not by itself', de: 'Nicht von selbst' }),
    days: (days: number) => phrase({ en: `In ${days} days`, de: `In ${days} Tagen` }),
    year: phrase({ en: 'In a year', de: 'In einem Jahr' }),
  },
  howItProves: phrase({ en: '3. Credentials', de: '3. Nachweise' }),
  byKey: phrase({
    en: html`By a key that never leaves it (<code>private_key_jwt</code>). There is no secret to copy. Fill in one of the two.`,
    de: html`Mit einem Schlüssel, der ihn nie verlässt (<code>private_key_jwt</code>). Es gibt kein Geheimnis zu kopieren. Füllen Sie eines der beiden Felder aus.`,
  }),
  keys: phrase({ en: 'Public keys', de: 'Öffentliche Schlüssel' }),
  keysHint: phrase({
    en: 'A JSON Web Key, or a set of them ({"keys": […]}). Never the private key.',
    de: 'Ein JSON Web Key oder mehrere ({"keys": […]}). Nie der private Schlüssel.',
  }),
  keysUrl: phrase({ en: 'Or the URL where it serves them', de: 'Oder die URL, unter der er sie anbietet' }),
  httpsOnly: phrase({ en: 'https only.', de: 'Nur https.' }),
  redirects: phrase({ en: 'Redirect URIs', de: 'Redirect-URIs' }),
  redirectsHint: phrase({
    en: 'Only if it sends people here to sign in. One on each line.',
    de: 'Nur wenn er Personen zur Anmeldung hierher schickt. Eine in jeder Zeile.',
  }),
  registerButton: phrase({ en: 'Register the agent', de: 'Agenten registrieren' }),
  cancel: phrase({ en: 'Cancel', de: 'Abbrechen' }),
  /** The answer of policies to it. */
  notLet: (said: HtmlValue) =>
    phrase({ en: html`${said} Nothing was registered.`, de: html`${said} Es wurde nichts registriert.` }),
  notRight: phrase({
    en: 'Something below is not right yet. Nothing was registered.',
    de: 'Unten stimmt etwas noch nicht. Es wurde nichts registriert.',
  }),
  handOverTitle: phrase({ en: 'Hand over an agent', de: 'Einen Agenten übergeben' }),
  handOver: (name: HtmlValue) => phrase({ en: html`Hand over ${name}`, de: html`${name} übergeben` }),
  handOverLead: phrase({
    en: 'The account or group that you name must accept the agent, and owns it from then on. Until then nothing changes.',
    de: 'Das Konto oder die Gruppe, die Sie nennen, muss den Agenten annehmen, und er gehört ihr von da an. Bis dahin ändert sich nichts.',
  }),
  handOverEnds: [
    phrase({
      en: 'When the new owner accepts, all its credentials end, federated ones too, with its tokens, sign-ins, instances and approvals.',
      de: 'Nimmt der neue Eigentümer an, enden alle seine Schlüssel und Nachweise, auch föderierte, mit Tokens, Anmeldungen, Instanzen und Freigaben.',
    }),
    phrase({
      en: 'What people allowed it is suspended until each of them confirms the new owner.',
      de: 'Was Personen ihm erlaubt haben, ist ausgesetzt, bis jede den neuen Eigentümer bestätigt.',
    }),
    phrase({
      en: 'Nothing ends if a member of the group that owns the agent becomes its owner.',
      de: 'Nichts endet, wenn ein Mitglied der Gruppe Eigentümer wird, der der Agent gehört.',
    }),
  ],
  newOwner: phrase({ en: 'New owner', de: 'Neuer Eigentümer' }),
  newOwnerHint: phrase({
    en: 'A username, or the name of a group.',
    de: 'Ein Benutzername oder der Name einer Gruppe.',
  }),
  offer: phrase({ en: 'Offer the agent', de: 'Agenten anbieten' }),
  retireTitle: phrase({ en: 'Retire an agent', de: 'Einen Agenten stilllegen' }),
  retire: (name: HtmlValue) => phrase({ en: html`Retire ${name} for good?`, de: html`${name} endgültig stilllegen?` }),
  retireLead: phrase({
    en: 'All it holds ends at once, and it can never act again. Its id is never given to another. To stop it for a while, suspend it.',
    de: 'Alles, was er hat, endet sofort, und er kann nie wieder handeln. Seine Kennung bekommt nie ein anderer. Um ihn eine Weile anzuhalten, setzen Sie ihn aus.',
  }),
  retireButton: phrase({ en: 'Retire for good', de: 'Endgültig stilllegen' }),
  changeTitle: phrase({ en: 'Change an agent', de: 'Einen Agenten ändern' }),
  change: (name: HtmlValue) => phrase({ en: html`Change ${name}`, de: html`${name} ändern` }),
  changeLead: phrase({
    en: 'People are asked for consent again if you change what the consent page showed them.',
    de: 'Personen werden erneut um Einwilligung gebeten, wenn Sie ändern, was die Seite der Einwilligung zeigte.',
  }),
  save: phrase({ en: 'Save', de: 'Speichern' }),
  addTitle: phrase({ en: 'Add a credential', de: 'Schlüssel hinzufügen' }),
  addKeys: (name: HtmlValue) => phrase({ en: html`Add keys to ${name}`, de: html`Schlüssel für ${name} hinzufügen` }),
  addLead: phrase({
    en: 'The agent keeps its present keys, so it can change to the new ones without a pause. Fill in one of the two fields.',
    de: 'Der Agent behält seine Schlüssel und kann so ohne Pause auf die neuen wechseln. Füllen Sie eines der beiden Felder aus.',
  }),
  keysWithIds: phrase({
    en: 'A JSON Web Key or JWK Set, each key with its own kid. Never a private key.',
    de: 'Ein JSON Web Key oder JWK Set, jeder Schlüssel mit eigener kid. Nie ein privater Schlüssel.',
  }),
  credentialName: phrase({ en: 'Name', de: 'Name' }),
  add: phrase({ en: 'Add the keys', de: 'Schlüssel hinzufügen' }),
  otherWays: phrase({
    en: 'Workload identities, certificates and attesters are added on the command line or over the API.',
    de: 'Workload-Identitäten, Zertifikate und Attestierer werden auf der Kommandozeile oder über die API hinzugefügt.',
  }),
};
