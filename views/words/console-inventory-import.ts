import { type HtmlValue, html, phrase } from '../html.ts';

const appsEn = (count: number): string => (count === 1 ? '1 app' : `${count} apps`);
const appsDe = (count: number): string => (count === 1 ? '1 App' : `${count} Apps`);

/** The import of a list of apps: the system, the files, the preview and the result. */
export const importWords = {
  title: phrase({ en: 'Import apps', de: 'Apps einlesen' }),
  choose: phrase({ en: 'Import apps from which system?', de: 'Aus welchem System lesen Sie Apps ein?' }),
  chooseLead: phrase({
    en: 'The next page says how to get the list there. Nothing changes before you confirm.',
    de: 'Die nächste Seite sagt, wie Sie dort an die Liste kommen. Vor Ihrer Bestätigung ändert sich nichts.',
  }),
  from: (system: HtmlValue) => phrase({ en: html`Import from ${system}`, de: html`Aus ${system} einlesen` }),
  get: phrase({ en: '1. Get the list', de: '1. Liste holen' }),
  /** Folded: the inventory has a list already. */
  getAgain: {
    script: phrase({
      en: '1. Get the list (show the script)',
      de: '1. Liste holen (Skript zeigen)',
    }),
    csv: phrase({ en: '1. Get the list (show the columns)', de: '1. Liste holen (Spalten zeigen)' }),
    ndjson: phrase({ en: '1. Get the list (show the members)', de: '1. Liste holen (Felder zeigen)' }),
  },
  commands: phrase({ en: 'Commands', de: 'Befehle' }),
  example: phrase({ en: 'Example', de: 'Beispiel' }),
  exampleOf: phrase({ en: 'What a file looks like', de: 'Wie eine Datei aussieht' }),
  columns: phrase({ en: 'Columns', de: 'Spalten' }),
  members: phrase({ en: 'Members', de: 'Felder' }),
  required: phrase({ en: 'required', de: 'nötig' }),
  give: phrase({ en: '2. Choose the files', de: '2. Dateien wählen' }),
  giveOne: phrase({ en: '2. Choose the file', de: '2. Datei wählen' }),
  file: phrase({ en: 'File', de: 'Datei' }),
  files: phrase({ en: 'Files', de: 'Dateien' }),
  fileHint: phrase({
    en: html`An app that is not in the file counts as gone. At most 8 MB. For more, run <code>behalf inventory import</code>.`,
    de: html`Eine App, die nicht in der Datei steht, gilt als verschwunden. Höchstens 8 MB. Für mehr rufen Sie <code>behalf inventory import</code> auf.`,
  }),
  filesHint: phrase({
    en: html`An app that is in none of the files counts as gone. At most 8 MB in all. For more, run <code>behalf inventory import</code>.`,
    de: html`Eine App, die in keiner der Dateien steht, gilt als verschwunden. Insgesamt höchstens 8 MB. Für mehr rufen Sie <code>behalf inventory import</code> auf.`,
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
  sourceHint: (second: HtmlValue) =>
    phrase({
      en: html`For ${second}, enter another name.`,
      de: html`Geben Sie für ${second} einen anderen Namen ein.`,
    }),
  sourceHintPlain: phrase({
    en: 'Name it after the system that has the apps. An import under the same name replaces that inventory.',
    de: 'Benennen Sie es nach dem System, das die Apps hat. Ein Import unter demselben Namen ersetzt das Inventar.',
  }),
  sourceLetters: phrase({
    en: 'Lower-case letters, digits and hyphens.',
    de: 'Kleinbuchstaben, Ziffern und Bindestriche.',
  }),
  sourceHeld: (inventory: HtmlValue, apps: number, ago: HtmlValue) =>
    phrase({
      en: html`This import replaces the list of ${inventory} (${appsEn(apps)}, last import ${ago}).`,
      de: html`Dieser Import ersetzt die Liste von ${inventory} (${appsDe(apps)}, letzter Import ${ago}).`,
    }),
  emptyFile: phrase({ en: 'Download an empty file with these columns', de: 'Leere Datei mit diesen Spalten laden' }),
  preview: phrase({ en: 'Preview the import', de: 'Vorschau' }),
  cancel: phrase({ en: 'Cancel', de: 'Abbrechen' }),
  refused: phrase({ en: 'Nothing was imported.', de: 'Nichts wurde eingelesen.' }),
  wrong: {
    source: phrase({ en: 'The name has an error.', de: 'Der Name hat einen Fehler.' }),
  },
  correctList: phrase({ en: 'Correct the list.', de: 'Berichtigen Sie die Liste.' }),
  toField: phrase({ en: 'Go to the field', de: 'Zum Feld' }),
  toScript: phrase({ en: 'Show the script', de: 'Skript zeigen' }),
  chooseAgain: phrase({
    en: 'Choose all files again.',
    de: 'Wählen Sie alle Dateien noch einmal.',
  }),
  chooseOneAgain: phrase({
    en: 'Correct the file, and choose it again.',
    de: 'Berichtigen Sie die Datei, und wählen Sie sie noch einmal.',
  }),
  previewTitle: phrase({ en: 'Preview', de: 'Vorschau' }),
  previewOf: (apps: number, inventory: HtmlValue) =>
    phrase({
      en: html`Import ${appsEn(apps)} into ${inventory}?`,
      de: html`${appsDe(apps)} in ${inventory} einlesen?`,
    }),
  previewLead: phrase({ en: 'Nothing is imported yet.', de: 'Noch ist nichts eingelesen.' }),
  previewStale: phrase({
    en: 'Nothing was imported: since the preview, the inventory has changed, or what is known here. See what the import would change now, and confirm it again.',
    de: 'Es wurde nichts eingelesen: Seit der Vorschau hat sich das Inventar geändert, oder was hier bekannt ist. Sehen Sie, was der Import jetzt ändern würde, und bestätigen Sie ihn noch einmal.',
  }),
  /** `more`: files that are not named. */
  previewFrom: (names: HtmlValue, more: number) =>
    phrase({
      en: html`From ${names}${more > 0 && ` and ${more} more`}.`,
      de: html`Aus ${names}${more > 0 && ` und ${more} weiteren`}.`,
    }),
  firstList: (inventory: HtmlValue) =>
    phrase({ en: html`This is the first list of ${inventory}.`, de: html`Das ist die erste Liste von ${inventory}.` }),
  needsWhen: phrase({
    en: 'An app needs a decision if it is not known here, and has a risky right or a static secret.',
    de: 'Über eine App ist zu entscheiden, wenn sie hier nicht bekannt ist und ein riskantes Recht oder ein dauerhaftes Geheimnis hat.',
  }),
  replaces: (time: HtmlValue) =>
    phrase({
      en: html`This list replaces the list of ${time}.`,
      de: html`Diese Liste ersetzt die vom ${time}.`,
    }),
  /** `name`: of one of them. */
  goneNotice: (gone: number, name: HtmlValue) =>
    phrase({
      en:
        gone === 1
          ? html`${name} is not in the list and will count as gone.`
          : html`${gone} apps, for example ${name}, are not in the list and will count as gone.`,
      de:
        gone === 1
          ? html`${name} fehlt in der Liste und gilt dann als verschwunden.`
          : html`${gone} Apps, zum Beispiel ${name}, fehlen in der Liste und gelten dann als verschwunden.`,
    }),
  goneWarning: (gone: number, held: number) =>
    phrase({
      en: `${gone} of ${appsEn(held)} of this inventory ${gone === 1 ? 'is' : 'are'} not in the list and will count as gone. Is the list complete? If a page is missing, choose all files again.`,
      de: `${gone} von ${appsDe(held)} dieses Inventars ${gone === 1 ? 'fehlt' : 'fehlen'} in der Liste und ${gone === 1 ? 'gilt' : 'gelten'} dann als verschwunden. Ist die Liste vollständig? Fehlt eine Seite, wählen Sie alle Dateien noch einmal.`,
    }),
  nothingChanges: phrase({
    en: 'The list is the same as the last import. To import it again changes nothing but what matches here.',
    de: 'Die Liste ist dieselbe wie beim letzten Import. Sie noch einmal einzulesen ändert nur, was hier dazu passt.',
  }),
  counts: phrase({ en: 'Numbers of apps', de: 'Zahlen der Apps' }),
  created: (count: number) => phrase({ en: `${count} new`, de: `${count} neu` }),
  changed: (count: number) => phrase({ en: `${count} changed`, de: `${count} geändert` }),
  unchanged: (count: number) => phrase({ en: `${count} the same`, de: `${count} gleich` }),
  gone: (count: number) => phrase({ en: `${count} gone`, de: `${count} verschwunden` }),
  known: (count: number) => phrase({ en: `${count} known here`, de: `${count} hier bekannt` }),
  tiles: {
    findings: phrase({ en: 'To decide', de: 'Zu entscheiden' }),
    created: phrase({ en: 'New', de: 'Neu' }),
    changed: phrase({ en: 'Changed', de: 'Geändert' }),
    gone: phrase({ en: 'Gone', de: 'Verschwunden' }),
    unchanged: phrase({ en: 'The same', de: 'Gleich' }),
  },
  change: phrase({ en: 'Change', de: 'Änderung' }),
  changes: {
    created: phrase({ en: 'new', de: 'neu' }),
    changed: phrase({ en: 'changed', de: 'geändert' }),
    unchanged: phrase({ en: 'the same', de: 'gleich' }),
    gone: phrase({ en: 'gone', de: 'verschwunden' }),
  },
  whatChanges: phrase({ en: 'What changes', de: 'Was sich ändert' }),
  whatChanged: phrase({ en: 'What changed', de: 'Was sich geändert hat' }),
  firstApps: (shown: number, all: number) =>
    phrase({
      en: `The first ${shown} of ${all} apps that change or need a decision are shown.`,
      de: `Von ${all} Apps, die sich ändern oder über die zu entscheiden ist, stehen hier die ersten ${shown}.`,
    }),
  confirm: (apps: number) => phrase({ en: `Import ${appsEn(apps)}`, de: `${appsDe(apps)} einlesen` }),
  back: phrase({ en: 'Choose other files', de: 'Andere Dateien wählen' }),
  backToOne: phrase({ en: 'Choose another file', de: 'Andere Datei wählen' }),
  done: phrase({ en: 'Imported', de: 'Eingelesen' }),
  doneOf: (inventory: HtmlValue) =>
    phrase({ en: html`Imported into ${inventory}`, de: html`In ${inventory} eingelesen` }),
  /** `what`: the numbers of what changed. */
  doneLead: (apps: number, what: HtmlValue) =>
    phrase({
      en: html`The inventory now has ${appsEn(apps)}: ${what}.`,
      de: html`Das Inventar hat jetzt ${appsDe(apps)}: ${what}.`,
    }),
  /** Of a first list: all of its apps are new. */
  doneFirst: (apps: number) =>
    phrase({ en: `The inventory has ${appsEn(apps)}.`, de: `Das Inventar hat ${appsDe(apps)}.` }),
  needDecision: (count: number) =>
    phrase({
      en: count === 1 ? '1 app needs a decision' : `${count} apps need a decision`,
      de: count === 1 ? 'Über 1 App ist zu entscheiden' : `Über ${count} Apps ist zu entscheiden`,
    }),
  decideOne: (app: HtmlValue) => phrase({ en: html`Decide about ${app}`, de: html`Über ${app} entscheiden` }),
  decideAll: (count: number) =>
    phrase({
      en: count === 1 ? 'Decide about 1 app' : `Decide about ${count} apps`,
      de: count === 1 ? 'Über 1 App entscheiden' : `Über ${count} Apps entscheiden`,
    }),
  oneWhat: (app: HtmlValue, rights: HtmlValue) =>
    phrase({
      en: html`${app} is not known here. ${rights} Adopt it as an agent, or dismiss the finding.`,
      de: html`${app} ist hier nicht bekannt. ${rights} Übernehmen Sie die App als Agent, oder stellen Sie den Befund zurück.`,
    }),
  riskyRights: (rights: HtmlValue, count: number) =>
    phrase({
      en: html`It has ${count === 1 ? 'a risky right' : `${count} risky rights`}: ${rights}.`,
      de: html`Sie hat ${count === 1 ? 'ein riskantes Recht' : `${count} riskante Rechte`}: ${rights}.`,
    }),
  staticSecrets: phrase({ en: 'It has a static secret.', de: 'Sie hat ein dauerhaftes Geheimnis.' }),
  manyWhat: (apps: HtmlValue) =>
    phrase({
      en: html`${apps}: not known here, with risky rights. Adopt each as an agent, or dismiss its finding.`,
      de: html`${apps}: hier nicht bekannt, mit riskanten Rechten. Übernehmen Sie jede als Agent, oder stellen Sie ihren Befund zurück.`,
    }),
  noDecisionTitle: phrase({ en: 'No decision is needed', de: 'Nichts zu entscheiden' }),
  noDecision: phrase({
    en: 'Each app of the list is known here, has neither a risky right nor a static secret, or was decided before.',
    de: 'Jede App der Liste ist hier bekannt, hat weder ein riskantes Recht noch ein dauerhaftes Geheimnis, oder wurde schon entschieden.',
  }),
  look: phrase({ en: 'Show the inventory', de: 'Inventar zeigen' }),
  again: phrase({ en: 'Import another list', de: 'Weitere Liste einlesen' }),
  fresh: phrase({ en: 'Import again on a schedule', de: 'Regelmäßig einlesen' }),
  regularly: phrase({
    en: html`Let a scheduled job get the list, then run this command where <code>behalf</code> is signed in as an operator.`,
    de: html`Lassen Sie einen geplanten Auftrag die Liste holen und dann diesen Befehl dort aufrufen, wo <code>behalf</code> als Operator angemeldet ist.`,
  }),
};
