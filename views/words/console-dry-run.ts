import { type HtmlValue, html, phrase } from '../html.ts';

/** The dry run of a directory. */
export const dryRunWords = {
  tag: phrase({ en: 'dry run', de: 'Probelauf' }),
  title: phrase({ en: 'Dry run', de: 'Probelauf' }),
  lead: phrase({
    en: 'The server checks and answers the requests of the directory, and writes nothing but this report. It forgets an entry 7 days after the last request about it.',
    de: 'Der Server prüft und beantwortet die Anfragen des Verzeichnisses und schreibt nichts außer diesem Bericht. Einen Eintrag vergisst er 7 Tage nach der letzten Anfrage dazu.',
  }),
  empty: phrase({
    en: 'The directory has sent no user yet. Start its first sync now, or its test of the connection.',
    de: 'Das Verzeichnis hat noch keinen Benutzer gesendet. Starten Sie dort jetzt die erste Synchronisierung oder den Verbindungstest.',
  }),
  outcome: phrase({ en: 'Would', de: 'Würde' }),
  outcomes: {
    create: phrase({ en: 'create', de: 'anlegen' }),
    link: phrase({ en: 'link', de: 'zuordnen' }),
    change: phrase({ en: 'change', de: 'ändern' }),
    deactivate: phrase({ en: 'deactivate', de: 'deaktivieren' }),
    conflict: phrase({ en: 'conflict', de: 'kollidieren' }),
    refuse: phrase({ en: 'be refused', de: 'abgelehnt' }),
  },
  counted: {
    create: phrase({ en: 'To create', de: 'Anzulegen' }),
    link: phrase({ en: 'Unchanged', de: 'Unverändert' }),
    change: phrase({ en: 'To change', de: 'Zu ändern' }),
    deactivate: phrase({ en: 'To deactivate', de: 'Zu deaktivieren' }),
    conflict: phrase({ en: 'Conflicts', de: 'Konflikte' }),
    refuse: phrase({ en: 'Refused', de: 'Abgelehnt' }),
  },
  overLimit: phrase({
    en: 'More deactivations than its limit. In the first real sync they pause until an administrator resumes them.',
    de: 'Mehr Deaktivierungen, als seine Grenze erlaubt. In der ersten echten Synchronisierung halten sie an, bis ein Administrator sie fortsetzt.',
  }),
  mapping: phrase({ en: 'Attributes', de: 'Attribute' }),
  attribute: phrase({ en: 'Attribute of the directory', de: 'Attribut des Verzeichnisses' }),
  becomes: phrase({ en: 'Becomes here', de: 'Wird hier' }),
  uses: {
    username: phrase({
      en: 'username, with which the person signs in',
      de: 'Benutzername, mit dem sich die Person anmeldet',
    }),
    name: phrase({ en: 'name, which people see', de: 'Name, den andere sehen' }),
    email: phrase({ en: 'e-mail address, for mails', de: 'E-Mail-Adresse für Mails' }),
    state: phrase({ en: 'state of the account', de: 'Zustand des Kontos' }),
    kept: phrase({
      en: 'kept for the directory; nothing here uses it',
      de: 'aufbewahrt für das Verzeichnis; hier nutzt es nichts',
    }),
  },
  groupName: phrase({ en: html`<code>displayName</code> of a group`, de: html`<code>displayName</code> einer Gruppe` }),
  groupOf: (name: HtmlValue) =>
    phrase({ en: html`group ${name}, which policies see`, de: html`Gruppe ${name}, die Richtlinien sehen` }),
  noGroup: phrase({ en: 'nothing: it is not mapped', de: 'nichts: Sie ist nicht zugeordnet' }),
  example: phrase({ en: 'Example', de: 'Beispiel' }),
  entries: phrase({ en: 'Users and groups', de: 'Benutzer und Gruppen' }),
  entry: phrase({ en: 'Name there', de: 'Name dort' }),
  kinds: {
    user: phrase({ en: 'user', de: 'Benutzer' }),
    group: phrase({ en: 'group', de: 'Gruppe' }),
  },
  details: phrase({ en: 'Why, or what changes', de: 'Warum, oder was sich ändert' }),
  entriesMore: (count: HtmlValue) =>
    phrase({
      en: html`The list shows the newest ${count}. The command line lists all: <code>behalf directories preview</code>.`,
      de: html`Die Liste zeigt die neuesten ${count}. Die Kommandozeile nennt alle: <code>behalf directories preview</code>.`,
    }),
  start: phrase({ en: 'Start for real', de: 'Wirklich starten' }),
  startAsked: (name: HtmlValue) => phrase({ en: html`Start ${name} for real?`, de: html`${name} wirklich starten?` }),
  startLead: phrase({
    en: 'From the next request on, the directory creates, changes and disables accounts. The server forgets this report. Ids of the dry run end: restart the provisioning at the directory, so that it sends its users anew.',
    de: 'Ab der nächsten Anfrage legt das Verzeichnis Konten an, ändert und sperrt sie. Der Server vergisst diesen Bericht. Die Ids des Probelaufs enden: Starten Sie die Bereitstellung im Verzeichnis neu, damit es seine Benutzer erneut sendet.',
  }),
  beginDryRun: phrase({ en: 'Begin a dry run', de: 'Probelauf beginnen' }),
  beginAnew: phrase({ en: 'Begin the dry run anew', de: 'Probelauf neu beginnen' }),
  dryRunAsked: (name: HtmlValue) =>
    phrase({ en: html`Begin a dry run of ${name}?`, de: html`Probelauf von ${name} beginnen?` }),
  dryRunBegins: phrase({
    en: 'The server then checks and answers its requests, and writes only a report. An earlier report is forgotten. This is possible until the directory has written its first account or group.',
    de: 'Der Server prüft und beantwortet dann seine Anfragen und schreibt nur einen Bericht. Ein früherer Bericht wird vergessen. Das geht, bis das Verzeichnis sein erstes Konto oder seine erste Gruppe geschrieben hat.',
  }),
};
