import { type HtmlValue, html, phrase } from '../html.ts';

/** The state of the server, and its backups. */
export const healthWords = {
  title: phrase({ en: 'Server', de: 'Server' }),
  lead: (host: HtmlValue) =>
    phrase({
      en: html`Status of the server ${host}, as the node that answers sees it.`,
      de: html`Zustand des Servers ${host} aus der Sicht des antwortenden Knotens.`,
    }),
  notReady: phrase({ en: 'Not ready', de: 'Nicht bereit' }),
  notReadyText: phrase({
    en: 'A load balancer that checks readiness sends no requests to this node, for these reasons:',
    de: 'Ein Lastverteiler, der danach fragt, sendet diesem Knoten keine Anfragen. Die Gründe:',
  }),
  facts: phrase({ en: 'Versions and stores', de: 'Versionen und Speicher' }),
  version: phrase({ en: 'Behalf', de: 'Behalf' }),
  node: phrase({ en: 'Node.js', de: 'Node.js' }),
  mode: phrase({ en: 'Mode', de: 'Betrieb' }),
  modes: {
    production: phrase({ en: 'production', de: 'Produktion' }),
    development: phrase({
      en: 'development: the issuer is http',
      de: 'Entwicklung: der Aussteller ist http',
    }),
  },
  since: phrase({ en: 'This process started', de: 'Dieser Prozess läuft seit' }),
  documents: phrase({ en: 'Durable data', de: 'Dauerhafte Daten' }),
  ephemeral: phrase({ en: 'Short-lived data', de: 'Kurzlebige Daten' }),
  stores: {
    sqlite: phrase({ en: 'SQLite file', de: 'SQLite-Datei' }),
    mongodb: phrase({ en: 'MongoDB', de: 'MongoDB' }),
    postgresql: phrase({ en: 'PostgreSQL', de: 'PostgreSQL' }),
    redis: phrase({ en: 'Redis', de: 'Redis' }),
    memory: phrase({ en: 'memory: lost at a stop', de: 'Arbeitsspeicher: beim Anhalten verloren' }),
  },
  volume: phrase({ en: 'Volume of the database', de: 'Datenträger der Datenbank' }),
  free: (free: HtmlValue, size: HtmlValue) =>
    phrase({ en: html`${free} MiB of ${size} MiB free`, de: html`${free} MiB von ${size} MiB frei` }),
  reserve: (reserve: HtmlValue) =>
    phrase({
      en: html`, and ${reserve} MiB kept for a full volume`,
      de: html`, dazu ${reserve} MiB für einen vollen Datenträger zurückgehalten`,
    }),
  released: phrase({
    en: ', and the reserve is released: anonymous requests write nothing',
    de: ', und die Reserve ist freigegeben: anonyme Anfragen schreiben nichts',
  }),
  clock: phrase({ en: 'Clock of this node', de: 'Uhr dieses Knotens' }),
  clockStates: {
    steady: phrase({ en: 'steady', de: 'stetig' }),
    unsteady: phrase({
      en: 'was set recently: for an hour nothing is deleted by it',
      de: 'wurde vor Kurzem gestellt: eine Stunde lang wird nach ihr nichts gelöscht',
    }),
  },
  nodes: phrase({ en: 'Nodes', de: 'Knoten' }),
  cluster: phrase({ en: 'Cluster', de: 'Verbund' }),
  nodesHint: phrase({
    en: html`Processes that share this store. Each sends a heartbeat every two seconds. A silent one is removed after a day.`,
    de: html`Prozesse, die aus diesem Speicher arbeiten. Jeder meldet sich alle zwei Sekunden. Ein stummer wird nach einem Tag entfernt.`,
  }),
  noNodes: phrase({ en: 'No node has sent a heartbeat yet.', de: 'Noch hat sich kein Knoten gemeldet.' }),
  nodeId: phrase({ en: 'Node', de: 'Knoten' }),
  machine: phrase({ en: 'Machine', de: 'Rechner' }),
  state: phrase({ en: 'State', de: 'Zustand' }),
  nodeStates: {
    serving: phrase({ en: 'serving', de: 'im Dienst' }),
    silent: phrase({ en: 'silent', de: 'stumm' }),
  },
  thisNode: phrase({ en: 'this node', de: 'dieser Knoten' }),
  heartbeat: phrase({ en: 'Last heartbeat', de: 'Zuletzt gemeldet' }),
  process: (host: HtmlValue, process: HtmlValue) =>
    phrase({ en: html`${host}, process ${process}`, de: html`${host}, Prozess ${process}` }),
  allWell: phrase({ en: 'Everything works', de: 'Alles arbeitet' }),
  someNot: (count: number) =>
    phrase({
      en: count === 1 ? 'One part needs attention' : `${count} parts need attention`,
      de: count === 1 ? 'Ein Teil braucht Aufmerksamkeit' : `${count} Teile brauchen Aufmerksamkeit`,
    }),
  good: phrase({ en: 'works', de: 'arbeitet' }),
  look: phrase({ en: 'needs attention', de: 'prüfen' }),
  requests: phrase({ en: 'Requests', de: 'Anfragen' }),
  checksPass: phrase({
    en: 'This node passes all its checks and serves requests.',
    de: 'Dieser Knoten besteht alle Prüfungen und nimmt Anfragen an.',
  }),
  checksFail: (count: HtmlValue) =>
    phrase({
      en: html`Checks of this node that fail: ${count}.`,
      de: html`Gescheiterte Prüfungen dieses Knotens: ${count}.`,
    }),
  servingOf: (serving: HtmlValue, all: HtmlValue) =>
    phrase({ en: html`${serving} of ${all} serving`, de: html`${serving} von ${all} im Dienst` }),
  notifications: phrase({ en: 'Notifications', de: 'Benachrichtigungen' }),
  dead: (count: HtmlValue) =>
    phrase({ en: html`${count} given up in 30 days`, de: html`${count} in 30 Tagen aufgegeben` }),
  noDead: phrase({ en: 'None given up in 30 days', de: 'In 30 Tagen keine aufgegeben' }),
  waiting: (count: HtmlValue) => phrase({ en: html`${count} waiting`, de: html`${count} warten` }),
  noWaiting: phrase({ en: 'none waiting', de: 'keine wartet' }),
  auditLog: phrase({ en: 'Audit log', de: 'Protokoll' }),
  counted: (count: HtmlValue, isMore: boolean) =>
    phrase({ en: html`${isMore && 'more than '}${count}`, de: html`${isMore && 'mehr als '}${count}` }),
  checkpointOf: (number: HtmlValue, time: HtmlValue, streams: HtmlValue) =>
    phrase({
      en: html`Checkpoint ${number}, ${time}, over ${streams} streams`,
      de: html`Prüfpunkt ${number}, ${time}, über ${streams} Ströme`,
    }),
  noCheckpoint: phrase({ en: 'No checkpoint yet', de: 'Noch kein Prüfpunkt' }),
  mismatch: (time: HtmlValue) =>
    phrase({
      en: html`A start found changed records at ${time}. Run <code>behalf audit verify --store</code>`,
      de: html`Ein Start fand am ${time} geänderte Einträge. Starten Sie <code>behalf audit verify --store</code>`,
    }),
  auditSinks: phrase({ en: 'Audit sinks', de: 'Audit-Ziele' }),
  noSinks: phrase({
    en: 'None. A sink sends every event to another system.',
    de: 'Keine. Ein Ziel sendet jedes Ereignis an ein anderes System.',
  }),
  sinks: (count: HtmlValue, backlog: HtmlValue) =>
    phrase({
      en: html`${count} registered; ${backlog} events waiting`,
      de: html`${count} registriert; ${backlog} Ereignisse warten`,
    }),
  sinksFailing: (ids: HtmlValue) =>
    phrase({
      en: html`. These take no events: ${ids}`,
      de: html`. Diese nehmen nichts an: ${ids}`,
    }),
  ended: phrase({
    en: 'All access from before this time has ended',
    de: 'Jeder Zugriff von vor dieser Zeit ist beendet',
  }),
  never: phrase({ en: 'never', de: 'nie' }),
  backups: phrase({ en: 'Backups', de: 'Sicherungen' }),
  backupsIn: (folder: HtmlValue) =>
    phrase({
      en: html`Backups made by this page or the API, in <code>${folder}</code> on the machine of the server. Copy them to another machine. A backup is useless without the master key, which is stored separately.`,
      de: html`Sicherungen von dieser Seite oder der API, in <code>${folder}</code> auf dem Rechner des Servers. Kopieren Sie sie auf einen anderen Rechner. Ohne den Hauptschlüssel, der getrennt liegt, nützt eine Sicherung nichts.`,
    }),
  backupsWithoutFolder: phrase({
    en: 'The data is in no file, so the server cannot back it up.',
    de: 'Die Daten liegen in keiner Datei, also kann der Server sie nicht sichern.',
  }),
  backupsElsewhere: (store: HtmlValue) =>
    phrase({
      en: html`The data is in ${store}. <code>behalf backup --to FILE</code> exports all of it.`,
      de: html`Die Daten liegen in ${store}. <code>behalf backup --to DATEI</code> exportiert alle.`,
    }),
  backupsInPostgresql: phrase({
    en: html`The data is in PostgreSQL. Back it up with <code>pg_basebackup</code> or <code>pg_dump</code>, or with <code>behalf backup --to FILE</code>. A backup is useless without the master key, which is stored separately. The guide <em>PostgreSQL</em> (docs/how-to/postgresql.md) says how.`,
    de: html`Die Daten liegen in PostgreSQL. Sichern Sie sie mit <code>pg_basebackup</code> oder <code>pg_dump</code>, oder mit <code>behalf backup --to DATEI</code>. Ohne den Hauptschlüssel, der getrennt liegt, nützt eine Sicherung nichts. Die Anleitung <em>PostgreSQL</em> (docs/how-to/postgresql.md) sagt, wie es geht.`,
  }),
  backupsOfMemory: phrase({
    en: 'The data is in memory. It is lost when the server stops, and cannot be backed up.',
    de: 'Die Daten liegen im Arbeitsspeicher. Sie gehen beim Anhalten verloren und lassen sich nicht sichern.',
  }),
  /** By the store of durable data. */
  noBackupYet: {
    sqlite: phrase({
      en: 'SQLite file: no backup has been made here yet.',
      de: 'SQLite-Datei: Hier wurde noch nie gesichert.',
    }),
    mongodb: phrase({
      en: html`MongoDB: this server has no record of a backup. <code>behalf backup --to FILE</code> makes one.`,
      de: html`MongoDB: Dieser Server weiß von keiner Sicherung. <code>behalf backup --to DATEI</code> macht eine.`,
    }),
    postgresql: phrase({
      en: html`PostgreSQL: this server has no record of a backup. <code>behalf backup --to FILE</code> makes one. The server does not see those of PostgreSQL’s own tools.`,
      de: html`PostgreSQL: Dieser Server weiß von keiner Sicherung. <code>behalf backup --to DATEI</code> macht eine. Die der Werkzeuge von PostgreSQL sieht der Server nicht.`,
    }),
    memory: phrase({
      en: 'Memory: the data is lost when the server stops, and cannot be backed up.',
      de: 'Arbeitsspeicher: Die Daten gehen beim Anhalten verloren und lassen sich nicht sichern.',
    }),
  },
  backedUpAgo: (store: HtmlValue, time: HtmlValue) =>
    phrase({ en: html`${store}, last backup ${time}`, de: html`${store}, zuletzt gesichert ${time}` }),
  noBackups: phrase({
    en: html`That folder is empty. A backup that <code>behalf backup --to FILE</code> writes elsewhere does not show here.`,
    de: html`In diesem Ordner liegt keine. <code>behalf backup --to DATEI</code> legt eine an anderem Ort an, die diese Seite nicht sieht.`,
  }),
  running: (file: HtmlValue) =>
    phrase({
      en: html`The server is writing ${file}. Open this page again to see it in the list.`,
      de: html`Der Server schreibt gerade ${file}. Öffnen Sie diese Seite erneut, dann steht sie in der Liste.`,
    }),
  failed: phrase({ en: 'The last backup failed:', de: 'Die letzte Sicherung ist gescheitert:' }),
  restored: phrase({ en: 'Last restore', de: 'Zuletzt zurückgespielt' }),
  backedUp: phrase({ en: 'Last backup', de: 'Zuletzt gesichert' }),
  file: phrase({ en: 'File', de: 'Datei' }),
  size: phrase({ en: 'Size', de: 'Größe' }),
  mebibytes: (number: HtmlValue) => phrase({ en: html`${number} MiB`, de: html`${number} MiB` }),
  made: phrase({ en: 'Made', de: 'Angelegt' }),
  backUp: phrase({ en: 'Back up now', de: 'Jetzt sichern' }),
  backUpAsked: phrase({ en: 'Back up all data now?', de: 'Jetzt alle Daten sichern?' }),
  backUpLead: phrase({
    en: 'The server writes a consistent copy next to its database and keeps serving meanwhile. A large database takes minutes.',
    de: 'Der Server schreibt eine Kopie seiner Datenbank daneben, mit dem Stand eines Augenblicks, und arbeitet weiter. Bei einer großen Datenbank dauert das Minuten.',
  }),
  guide: phrase({
    en: html`The guide <em>Running Behalf</em> (docs/how-to/operate.md) says how to restore, and what to watch.`,
    de: html`Die Anleitung <em>Running Behalf</em> (docs/how-to/operate.md) sagt, wie man zurückspielt und was man überwacht.`,
  }),
};
