import { html, phrase } from '../html.ts';

/** Lists, wherever there is one. */
export const listWords = {
  list: phrase({ en: 'List', de: 'Liste' }),
  moreFilters: phrase({ en: 'More filters', de: 'Weitere Filter' }),
  first: {
    time: phrase({ en: 'Newest', de: 'Neueste' }),
    other: phrase({ en: 'First page', de: 'Erste Seite' }),
  },
  next: {
    time: phrase({ en: 'Older', de: 'Ältere' }),
    other: phrase({ en: 'Next page', de: 'Nächste Seite' }),
  },
  /** Labels of the links, for screen readers. */
  pagesOf: {
    activity: phrase({ en: 'Pages of recent activity', de: 'Seiten der letzten Aktivitäten' }),
    timeline: phrase({ en: 'Pages of the timeline', de: 'Seiten des Verlaufs' }),
    agents: phrase({ en: 'Pages of agents', de: 'Seiten der Agenten' }),
    reviews: phrase({ en: 'Pages of access reviews', de: 'Seiten der Zugriffsprüfungen' }),
    reviewItems: phrase({ en: 'Pages of items', de: 'Seiten der Einträge' }),
    findings: phrase({ en: 'Pages of findings', de: 'Seiten der Befunde' }),
    approvals: phrase({ en: 'Pages of approvals', de: 'Seiten der Freigaben' }),
    people: phrase({ en: 'Pages of people', de: 'Seiten der Personen' }),
    groups: phrase({ en: 'Pages of groups', de: 'Seiten der Gruppen' }),
    directories: phrase({ en: 'Pages of directories', de: 'Seiten der Verzeichnisse' }),
    responseRules: phrase({ en: 'Pages of response rules', de: 'Seiten der Reaktionsregeln' }),
    responses: phrase({ en: 'Pages of responses', de: 'Seiten der Reaktionen' }),
    successorRules: phrase({ en: 'Pages of successor rules', de: 'Seiten der Nachfolgeregeln' }),
    provisioningTargets: phrase({ en: 'Pages of provisioning targets', de: 'Seiten der Provisionierungsziele' }),
    clients: phrase({ en: 'Pages of clients', de: 'Seiten der Clients' }),
    servers: phrase({ en: 'Pages of resource servers', de: 'Seiten der Ressourcenserver' }),
    blueprints: phrase({ en: 'Pages of blueprints', de: 'Seiten der Blueprints' }),
    budgets: phrase({ en: 'Pages of budgets', de: 'Seiten der Budgets' }),
    registrationTokens: phrase({ en: 'Pages of registration tokens', de: 'Seiten der Registrierungs-Tokens' }),
    deadLetters: phrase({ en: 'Pages of undelivered notifications', de: 'Seiten der nicht zugestellten' }),
    peers: phrase({ en: 'Pages of other domains', de: 'Seiten der anderen Domänen' }),
    issuers: phrase({ en: 'Pages of trusted issuers', de: 'Seiten der vertrauten Aussteller' }),
    signalReceivers: phrase({ en: 'Pages of signal receivers', de: 'Seiten der Signal-Empfänger' }),
    transmitters: phrase({ en: 'Pages of trusted transmitters', de: 'Seiten der vertrauten Sender' }),
    kills: phrase({ en: 'Pages of kills', de: 'Seiten der Notaus-Aufträge' }),
    webhooks: phrase({ en: 'Pages of webhooks', de: 'Seiten der Webhooks' }),
    auditSinks: phrase({ en: 'Pages of audit sinks', de: 'Seiten der Audit-Ziele' }),
    legalHolds: phrase({ en: 'Pages of legal holds', de: 'Seiten der Löschsperren' }),
    versions: phrase({ en: 'Pages of versions', de: 'Seiten der Versionen' }),
  },
  /** After the first ones of a list. */
  andMore: (count: number) => phrase({ en: `and ${count} more`, de: `und ${count} weitere` }),
  allOfThem: phrase({ en: 'All of them', de: 'Alle zeigen' }),
  times: (count: number) =>
    phrase({
      en: html`<strong>×${count}</strong><span class="unseen"> times</span>`,
      de: html`<strong>×${count}</strong><span class="unseen">-mal</span>`,
    }),
  views: {
    title: phrase({ en: 'Saved views', de: 'Gespeicherte Ansichten' }),
    save: phrase({ en: 'Save this view', de: 'Diese Ansicht speichern' }),
    keep: phrase({ en: 'Save', de: 'Speichern' }),
    name: phrase({ en: 'Name of the view', de: 'Name der Ansicht' }),
    remove: phrase({ en: 'Remove this view', de: 'Diese Ansicht entfernen' }),
  },
  clear: phrase({ en: 'Clear the filters', de: 'Filter zurücksetzen' }),
  any: phrase({ en: 'Any', de: 'Alle' }),
  show: phrase({ en: 'Apply', de: 'Anwenden' }),
  order: phrase({ en: 'Order', de: 'Reihenfolge' }),
  never: phrase({ en: 'never', de: 'nie' }),
};
