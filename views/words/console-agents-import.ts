import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

const agents = (count: number): Phrase =>
  phrase({ en: `${count} ${count === 1 ? 'agent' : 'agents'}`, de: `${count} ${count === 1 ? 'Agent' : 'Agenten'}` });

/** Many agents are registered from a list: the form, the preview, the progress and the result. */
export const agentsImportWords = {
  title: phrase({ en: 'Register many agents', de: 'Viele Agenten registrieren' }),
  lead: (most: number) =>
    phrase({
      en: `From a CSV file or from JSON objects, one a line: at most ${most} agents. The next page shows each error with its line, before anything is registered.`,
      de: `Aus einer CSV-Datei oder aus JSON-Objekten, eines je Zeile: höchstens ${most} Agenten. Die nächste Seite zeigt jeden Fehler mit seiner Zeile, bevor etwas registriert wird.`,
    }),
  file: phrase({ en: 'File', de: 'Datei' }),
  fileHint: phrase({ en: 'CSV or NDJSON, in UTF-8.', de: 'CSV oder NDJSON, in UTF-8.' }),
  paste: phrase({ en: 'Paste the list instead', de: 'Die Liste stattdessen einfügen' }),
  list: phrase({ en: 'List', de: 'Liste' }),
  chooseAgain: phrase({ en: 'Choose the file again.', de: 'Wählen Sie die Datei erneut.' }),
  preview: phrase({ en: 'Preview', de: 'Vorschau' }),
  columns: phrase({ en: 'What a list looks like', de: 'Wie eine Liste aussieht' }),
  columnsLead: (columns: HtmlValue) =>
    phrase({
      en: html`The first line of a CSV file names its columns: ${columns}. Only name, purpose and environment are needed. Blanks separate addresses and grant types, semicolons separate uses.`,
      de: html`Die erste Zeile einer CSV-Datei nennt ihre Spalten: ${columns}. Nötig sind nur name, purpose und environment. Leerzeichen trennen Adressen und Grant-Typen, Semikolons trennen Verwendungen.`,
    }),
  jsonLead: phrase({
    en: 'A JSON object has the members of the API, and may name rights and further credentials.',
    de: 'Ein JSON-Objekt hat die Felder der API und kann auch Rechte und weitere Nachweise nennen.',
  }),
  example: phrase({ en: 'Example', de: 'Beispiel' }),
  previewOf: (count: number) =>
    phrase({ en: html`Register ${agents(count)}?`, de: html`${agents(count)} registrieren?` }),
  previewNone: phrase({ en: 'No agent can be registered', de: 'Kein Agent kann registriert werden' }),
  previewLead: phrase({
    en: 'An agent for another owner waits until that owner accepts it. The server checks rights, names and policies when it registers each one.',
    de: 'Ein Agent für einen anderen Eigentümer wartet, bis der ihn annimmt. Rechte, Namen und Richtlinien prüft der Server, wenn er jeden registriert.',
  }),
  wrongLead: (count: number) =>
    phrase({
      en: `${count} ${count === 1 ? 'line has errors and is left out' : 'lines have errors and are left out'}. Correct the list and begin again, or go on without them.`,
      de: `${count} ${count === 1 ? 'Zeile hat Fehler und wird ausgelassen' : 'Zeilen haben Fehler und werden ausgelassen'}. Berichtigen Sie die Liste und beginnen Sie neu, oder fahren Sie ohne sie fort.`,
    }),
  wrong: phrase({ en: 'Lines with errors', de: 'Zeilen mit Fehlern' }),
  right: phrase({ en: 'Agents to register', de: 'Agenten zum Registrieren' }),
  firstOf: (shown: number, all: number) =>
    phrase({ en: `The first ${shown} of ${all}.`, de: `Die ersten ${shown} von ${all}.` }),
  confirm: (count: number) => phrase({ en: html`Register ${agents(count)}`, de: html`${agents(count)} registrieren` }),
  begin: phrase({ en: 'Begin again', de: 'Neu beginnen' }),
  line: phrase({ en: 'Line', de: 'Zeile' }),
  name: phrase({ en: 'Name', de: 'Name' }),
  environment: phrase({ en: 'Environment', de: 'Umgebung' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  you: phrase({ en: 'you', de: 'Sie' }),
  error: phrase({ en: 'Error', de: 'Fehler' }),
  running: (done: number, all: number) =>
    phrase({ en: `${done} of ${all} agents processed`, de: `${done} von ${all} Agenten verarbeitet` }),
  runningLead: phrase({
    en: 'This page goes on by itself. A line is registered once, even if it is sent again.',
    de: 'Diese Seite geht von selbst weiter. Jede Zeile wird einmal registriert, auch wenn sie erneut gesendet wird.',
  }),
  goOn: (count: number) =>
    phrase({ en: html`Register the next ${count}`, de: html`Die nächsten ${count} registrieren` }),
  result: phrase({ en: 'Result of the registration', de: 'Ergebnis der Registrierung' }),
  counts: phrase({ en: 'Result in numbers', de: 'Ergebnis in Zahlen' }),
  active: phrase({ en: 'registered', de: 'registriert' }),
  pending: phrase({ en: 'wait for their owner', de: 'warten auf den Eigentümer' }),
  waits: phrase({ en: 'waits for its owner', de: 'wartet auf den Eigentümer' }),
  refused: phrase({ en: 'refused', de: 'abgelehnt' }),
  made: phrase({ en: 'Registered agents', de: 'Registrierte Agenten' }),
  notMade: phrase({ en: 'Not registered', de: 'Nicht registriert' }),
  madeFile: phrase({ en: 'Save the ids as CSV', de: 'Kennungen als CSV speichern' }),
  refusedFile: phrase({ en: 'Save the refused lines as CSV', de: 'Abgelehnte Zeilen als CSV speichern' }),
  toAgents: phrase({ en: 'To the agents', de: 'Zu den Agenten' }),
};

/** A list that the form shows; its members have the names of the API. */
export const EXAMPLE_LIST = `name,purpose,environment,owner,jwks_uri
Invoice reader,Reads invoices,production,ada,https://invoices.example.com/jwks.json
Route planner,Plans trips,test,Night shift,https://routes.example.com/jwks.json`;
