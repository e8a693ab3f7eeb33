import { type HtmlValue, html, phrase } from '../html.ts';

/** Words: enabling an MCP server by its URL, and the lines for the code of an API. */
export const mcpServerWords = {
  title: phrase({ en: 'Enable an MCP server', de: 'Einen MCP-Server freischalten' }),
  lead: phrase({
    en: 'The server reads the metadata of the MCP server (RFC 9728) and shows what would change. Nothing changes before you confirm.',
    de: 'Der Server liest die Metadaten des MCP-Servers (RFC 9728) und zeigt, was sich ändern würde. Bis Sie bestätigen, ändert sich nichts.',
  }),
  url: phrase({ en: 'URL of the MCP server', de: 'URL des MCP-Servers' }),
  urlHint: phrase({
    en: 'As clients call it, character by character: https://notes.example.com/mcp',
    de: 'So, wie Clients sie aufrufen, Zeichen für Zeichen: https://notes.example.com/mcp',
  }),
  more: phrase({ en: 'More', de: 'Weiteres' }),
  name: phrase({ en: 'Name', de: 'Name' }),
  nameHint: phrase({
    en: 'Empty: the name in its metadata, else its host.',
    de: 'Leer: der Name in seinen Metadaten, sonst sein Host.',
  }),
  scopes: phrase({ en: 'Scopes', de: 'Berechtigungen' }),
  scopesHint: phrase({
    en: html`One per line: <code>notes.read:low:See your notes</code>. Risks are low, medium, high and critical. A scope that only the metadata names gets the risk medium.`,
    de: html`Eine pro Zeile: <code>notes.read:low:Ihre Notizen sehen</code>. Risiken sind low, medium, high und critical. Eine Berechtigung, die nur die Metadaten nennen, bekommt das Risiko medium.`,
  }),
  delegates: phrase({ en: 'Scopes of other APIs', de: 'Berechtigungen anderer APIs' }),
  delegatesHint: phrase({
    en: html`What the MCP server asks its callers for, one per line: <code>https://tickets.example.com=tickets.read</code>. Another operator accepts it.`,
    de: html`Berechtigungen, um die der MCP-Server seine Aufrufer bittet, eine pro Zeile: <code>https://tickets.example.com=tickets.read</code>. Ein anderer Operator nimmt es an.`,
  }),
  clientHosts: phrase({ en: 'Hosts of clients', de: 'Hosts der Clients' }),
  clientHostsHint: phrase({
    en: html`Hosts whose client metadata documents the server has to accept, one per line: <code>app.example.com</code>. The next page names the settings.`,
    de: html`Hosts, deren Client-Metadatendokumente der Server annehmen soll, einer pro Zeile: <code>app.example.com</code>. Die nächste Seite nennt die Einstellungen.`,
  }),
  read: phrase({ en: 'Read its metadata', de: 'Metadaten lesen' }),
  planTitle: phrase({ en: 'Enable this MCP server?', de: 'Diesen MCP-Server freischalten?' }),
  nothing: phrase({ en: 'Nothing has to change.', de: 'Es muss sich nichts ändern.' }),
  planLead: phrase({
    en: 'It adds what is missing and removes nothing. People still decide which scopes a client gets.',
    de: 'Fehlendes kommt hinzu, nichts fällt weg. Welche Berechtigungen ein Client bekommt, entscheiden weiterhin Personen.',
  }),
  planNow: phrase({
    en: 'The plan changed in the meantime. Look at it once more.',
    de: 'Der Plan hat sich inzwischen geändert. Sehen Sie ihn noch einmal an.',
  }),
  partly: (done: HtmlValue) =>
    phrase({
      en: html`Only a part of the plan was carried out. Done: ${done}. Correct the input and read the metadata again: the next page shows what is left.`,
      de: html`Nur ein Teil des Plans wurde ausgeführt. Erledigt: ${done}. Ändern Sie die Eingaben und lesen Sie die Metadaten noch einmal: Die nächste Seite zeigt, was noch fehlt.`,
    }),
  pairRefused: (pair: HtmlValue, why: HtmlValue) => phrase({ en: html`${pair}: ${why}`, de: html`${pair}: ${why}` }),
  done: {
    created: (server: HtmlValue) =>
      phrase({
        en: html`the resource server ${server} is registered`,
        de: html`der Ressourcenserver ${server} ist registriert`,
      }),
    changed: phrase({
      en: 'name or scopes of the resource server are changed',
      de: 'Name oder Berechtigungen des Ressourcenservers sind geändert',
    }),
    enabled: phrase({
      en: 'the resource server is enabled again',
      de: 'der Ressourcenserver ist wieder freigeschaltet',
    }),
    proposed: (count: number) =>
      phrase({
        en: html`proposed scopes of other APIs: ${count}`,
        de: html`vorgeschlagene Berechtigungen anderer APIs: ${count}`,
      }),
  },
  facts: {
    identifier: phrase({ en: 'Resource indicator', de: 'Ressourcenkennung' }),
    name: phrase({ en: 'Name', de: 'Name' }),
    renamed: (before: HtmlValue, after: HtmlValue) =>
      phrase({ en: html`${before} becomes ${after}`, de: html`${before} wird zu ${after}` }),
    change: phrase({ en: 'Change', de: 'Änderung' }),
    metadata: phrase({ en: 'Metadata', de: 'Metadaten' }),
    issuer: phrase({ en: 'This server in the metadata', de: 'Dieser Server in den Metadaten' }),
    proposals: phrase({ en: 'Proposed', de: 'Vorgeschlagen' }),
  },
  actions: {
    create: phrase({ en: 'a new resource server', de: 'ein neuer Ressourcenserver' }),
    change: phrase({
      en: 'name or scopes of the resource server',
      de: 'Name oder Berechtigungen des Ressourcenservers',
    }),
    none: phrase({ en: 'name and scopes stay the same', de: 'Name und Berechtigungen bleiben gleich' }),
  },
  enables: phrase({ en: 'it is enabled again', de: 'er wird wieder freigeschaltet' }),
  noneFound: phrase({ en: 'none was found', de: 'keine gefunden' }),
  unread: phrase({
    en: 'The MCP server has no metadata that this server can read.',
    de: 'Der Server kann keine Metadaten des MCP-Servers lesen.',
  }),
  unreadLead: phrase({
    en: 'The plan follows your input alone. Check the URL before you enable it.',
    de: 'Der Plan folgt allein Ihren Eingaben. Prüfen Sie die URL, bevor Sie ihn freischalten.',
  }),
  attempts: phrase({ en: 'What was tried', de: 'Was versucht wurde' }),
  readsOnly: phrase({
    en: html`The server reads https only, and hosts inside your network if <code>egress.internalHosts.mcpServers</code> names them. It remembers a failure for a minute.`,
    de: html`Der Server liest nur über https, und Hosts in Ihrem Netz nur, wenn <code>egress.internalHosts.mcpServers</code> sie nennt. Einen Fehlschlag merkt er sich eine Minute.`,
  }),
  named: phrase({
    en: 'listed: clients can discover this server',
    de: 'genannt: Clients können diesen Server finden',
  }),
  notNamed: phrase({
    en: 'not listed: clients cannot discover this server yet. The lines for the code list it.',
    de: 'nicht genannt: Clients können diesen Server noch nicht finden. Die Zeilen für den Code nennen ihn.',
  }),
  scope: phrase({ en: 'Scope', de: 'Berechtigung' }),
  risk: phrase({ en: 'Risk', de: 'Risiko' }),
  scopeChange: phrase({ en: 'Change', de: 'Änderung' }),
  isChanged: phrase({ en: 'new or changed', de: 'neu oder geändert' }),
  isKept: phrase({ en: 'as now', de: 'wie jetzt' }),
  pair: (scope: HtmlValue, resource: HtmlValue) =>
    phrase({ en: html`${scope} at ${resource}`, de: html`${scope} bei ${resource}` }),
  settings: phrase({ en: 'Settings to change', de: 'Zu ändernde Einstellungen' }),
  settingsLead: phrase({
    en: html`To accept these clients, add these variables to the server's environment and restart it. <code>behalf mcp enable --client-host HOST --config FILE</code> changes the configuration file instead.`,
    de: html`Damit der Server diese Clients annimmt, setzen Sie diese Variablen in seiner Umgebung und starten Sie ihn neu. <code>behalf mcp enable --client-host HOST --config DATEI</code> ändert stattdessen die Konfigurationsdatei.`,
  }),
  confirm: phrase({ en: 'Enable', de: 'Freischalten' }),
  back: phrase({ en: 'Change the input', de: 'Eingaben ändern' }),
  toCode: phrase({ en: 'Lines for its code', de: 'Zeilen für den Code' }),
  codeTitle: phrase({ en: 'Lines for the code', de: 'Zeilen für den Code' }),
  codeOf: (name: HtmlValue) =>
    phrase({ en: html`Lines for the code of ${name}`, de: html`Zeilen für den Code von ${name}` }),
  codeLead: phrase({
    en: 'They verify access tokens, and serve the metadata that names this server.',
    de: 'Sie prüfen Access-Tokens und liefern die Metadaten, die diesen Server nennen.',
  }),
  typescript: phrase({ en: 'TypeScript, on Express', de: 'TypeScript, mit Express' }),
  typescriptLead: phrase({
    en: html`With the package in <code>packages/resource-server</code>.`,
    de: html`Mit dem Paket in <code>packages/resource-server</code>.`,
  }),
  python: phrase({ en: 'Python, on any ASGI app', de: 'Python, mit jeder ASGI-App' }),
  pythonLead: phrase({
    en: html`With the package in <code>python/</code>.`,
    de: html`Mit dem Paket in <code>python/</code>.`,
  }),
  waits: (href: string) =>
    phrase({
      en: html`Scopes of other APIs wait: <a href="${href}">another operator or administrator accepts them</a>.`,
      de: html`Berechtigungen anderer APIs warten: <a href="${href}">Ein anderer Operator oder Administrator nimmt sie an</a>.`,
    }),
  toServer: phrase({ en: 'To the resource server', de: 'Zum Ressourcenserver' }),
};
