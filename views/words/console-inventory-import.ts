import { type HtmlValue, html, phrase } from '../html.ts';

/** The import of a list of apps: the system, the files, the preview and the result. */
export const importWords = {
  title: phrase({ en: 'Import apps', de: 'Apps einlesen' }),
  choose: phrase({ en: 'Which system has the apps?', de: 'Welches System hat die Apps?' }),
  chooseLead: phrase({
    en: 'The next page says how to get the list there. Nothing changes before you confirm.',
    de: 'Die nächste Seite sagt, wie Sie dort an die Liste kommen. Vor Ihrer Bestätigung ändert sich nichts.',
  }),
  from: (system: HtmlValue) => phrase({ en: html`Import from ${system}`, de: html`Einlesen: ${system}` }),
  file: (kind: HtmlValue) => phrase({ en: html`Import: ${kind}`, de: html`Einlesen: ${kind}` }),
  get: phrase({ en: '1. Get the list', de: '1. Liste holen' }),
  commands: phrase({ en: 'Commands', de: 'Befehle' }),
  example: phrase({ en: 'Example', de: 'Beispiel' }),
  exampleOf: phrase({ en: 'What a file looks like', de: 'Wie eine Datei aussieht' }),
  give: phrase({ en: '2. Choose the files', de: '2. Dateien wählen' }),
  files: phrase({ en: 'Files', de: 'Dateien' }),
  filesHint: phrase({
    en: html`They have the whole list: an app that is in no file counts as gone. Together at most 8 MB. For more, run <code>behalf inventory import</code>.`,
    de: html`Sie enthalten die ganze Liste: Eine App, die in keiner Datei steht, gilt als verschwunden. Zusammen höchstens 8 MB. Für mehr rufen Sie <code>behalf inventory import</code> auf.`,
  }),
  paste: phrase({ en: 'Or paste the list', de: 'Oder Liste einfügen' }),
  list: phrase({ en: 'List', de: 'Liste' }),
  listHint: phrase({
    en: 'The text of the files, one after the other, each on a line of its own. At most a million characters.',
    de: 'Der Text der Dateien nacheinander, jede in einer eigenen Zeile. Höchstens eine Million Zeichen.',
  }),
  listHintPlain: phrase({
    en: 'The text of the file. At most a million characters.',
    de: 'Der Text der Datei. Höchstens eine Million Zeichen.',
  }),
  source: phrase({ en: 'Name of the inventory', de: 'Name des Inventars' }),
  sourceHint: phrase({
    en: 'The import replaces the inventory with this name. Take another name for a second organization. Lower-case letters, digits and hyphens.',
    de: 'Der Import ersetzt das Inventar mit diesem Namen. Nehmen Sie für eine zweite Organisation einen anderen. Kleinbuchstaben, Ziffern und Bindestriche.',
  }),
  preview: phrase({ en: 'Preview the import', de: 'Vorschau' }),
  cancel: phrase({ en: 'Cancel', de: 'Abbrechen' }),
  refused: phrase({
    en: 'Nothing was imported. Compare the place named below with the example, correct the file, and choose all files again.',
    de: 'Nichts wurde eingelesen. Vergleichen Sie die unten genannte Stelle mit dem Beispiel, berichtigen Sie die Datei, und wählen Sie alle Dateien noch einmal.',
  }),
  previewTitle: phrase({ en: 'Preview', de: 'Vorschau' }),
  previewOf: (inventory: HtmlValue) =>
    phrase({ en: html`Import into ${inventory}?`, de: html`In ${inventory} einlesen?` }),
  previewLead: (apps: number) =>
    phrase({
      en: `The list has ${apps === 1 ? 'one app' : `${apps} apps`}. Nothing was imported yet.`,
      de: `Die Liste hat ${apps === 1 ? 'eine App' : `${apps} Apps`}. Noch wurde nichts eingelesen.`,
    }),
  goneWarning: (gone: number) =>
    phrase({
      en:
        gone === 1
          ? 'One app of this inventory is not in the list and will count as gone. If a page is missing, cancel and choose all files.'
          : `${gone} apps of this inventory are not in the list and will count as gone. If a page is missing, cancel and choose all files.`,
      de:
        gone === 1
          ? 'Eine App dieses Inventars fehlt in der Liste und gilt dann als verschwunden. Fehlt eine Seite, brechen Sie ab und wählen Sie alle Dateien.'
          : `${gone} Apps dieses Inventars fehlen in der Liste und gelten dann als verschwunden. Fehlt eine Seite, brechen Sie ab und wählen Sie alle Dateien.`,
    }),
  nothingChanges: phrase({
    en: 'The list is the same as the last import. To import it again changes nothing but what matches here.',
    de: 'Die Liste ist dieselbe wie beim letzten Import. Sie noch einmal einzulesen ändert nur, was hier dazu passt.',
  }),
  counts: phrase({ en: 'Numbers of apps', de: 'Zahlen der Apps' }),
  created: phrase({ en: 'New', de: 'Neu' }),
  createdNote: phrase({ en: 'not in this inventory before', de: 'bisher nicht in diesem Inventar' }),
  changed: phrase({ en: 'Changed', de: 'Geändert' }),
  changedNote: phrase({ en: 'other rights, owner or match', de: 'andere Rechte, Eigentümer oder Zuordnung' }),
  unchanged: phrase({ en: 'The same', de: 'Gleich' }),
  unchangedNote: phrase({ en: 'as in the last import', de: 'wie beim letzten Import' }),
  gone: phrase({ en: 'Gone', de: 'Verschwunden' }),
  goneNote: phrase({ en: 'in no file any more', de: 'in keiner Datei mehr' }),
  known: phrase({ en: 'Known here', de: 'Hier bekannt' }),
  knownNote: phrase({ en: 'as client, agent or resource server', de: 'als Client, Agent oder Ressourcenserver' }),
  findings: phrase({ en: 'Need a decision', de: 'Zu entscheiden' }),
  findingsNote: phrase({ en: 'unknown, with rights that matter', de: 'unbekannt, mit wichtigen Rechten' }),
  firstApps: (shown: number, all: number) =>
    phrase({
      en: shown === all ? 'Apps in the list' : `The first ${shown} of ${all} apps`,
      de: shown === all ? 'Apps in der Liste' : `Die ersten ${shown} von ${all} Apps`,
    }),
  confirm: phrase({ en: 'Import', de: 'Einlesen' }),
  back: phrase({ en: 'Choose other files', de: 'Andere Dateien wählen' }),
  done: phrase({ en: 'Imported', de: 'Eingelesen' }),
  doneOf: (inventory: HtmlValue) =>
    phrase({ en: html`Imported into ${inventory}`, de: html`In ${inventory} eingelesen` }),
  doneLead: (apps: number) =>
    phrase({
      en: `The inventory now has ${apps === 1 ? 'one app' : `${apps} apps`}.`,
      de: `Das Inventar hat jetzt ${apps === 1 ? 'eine App' : `${apps} Apps`}.`,
    }),
  next: phrase({ en: 'What comes next', de: 'Was jetzt kommt' }),
  decide: (count: number) =>
    phrase({
      en: count === 1 ? 'Decide about the unknown app' : `Decide about ${count} unknown apps`,
      de: count === 1 ? 'Über die unbekannte App entscheiden' : `Über ${count} unbekannte Apps entscheiden`,
    }),
  decideWhat: phrase({
    en: 'These apps are not known here and have rights that matter. Adopt one as an agent with an owner, or dismiss it with a reason.',
    de: 'Diese Apps sind hier nicht bekannt und haben wichtige Rechte. Übernehmen Sie eine als Agent mit Eigentümer, oder stellen Sie sie mit Grund zurück.',
  }),
  noDecision: phrase({
    en: 'No app needs a decision: each is known here, or has no right that matters.',
    de: 'Keine App braucht eine Entscheidung: Jede ist hier bekannt, oder hat kein wichtiges Recht.',
  }),
  look: phrase({ en: 'Show the inventory', de: 'Inventar zeigen' }),
  again: phrase({ en: 'Import another list', de: 'Weitere Liste einlesen' }),
  regularly: phrase({
    en: 'Import the list again from time to time: new apps appear, and those that are gone are marked. A scheduled job runs:',
    de: 'Lesen Sie die Liste von Zeit zu Zeit neu ein: Neue Apps kommen dazu, verschwundene werden markiert. Ein geplanter Auftrag ruft auf:',
  }),
};
