import { html, type Phrase, phrase } from '../html.ts';

type SystemWords = {
  readonly name: Phrase;
  /** Which apps. */
  readonly lists: Phrase;
  /** Title of the page. Default: from the system with this name. */
  readonly from?: Phrase;
  /** Before the commands. */
  readonly needs: Phrase;
  /** After them. */
  readonly more: Phrase;
  /** Which files the import takes together. Absent: one. */
  readonly files?: Phrase;
};

type System = 'okta' | 'entra' | 'google' | 'github' | 'mcp-registry' | 'csv' | 'ndjson';

/** The systems of which an inventory is imported. */
export const systemWords: Readonly<Record<System, SystemWords>> = {
  okta: {
    name: phrase({ en: 'Okta', de: 'Okta' }),
    lists: phrase({
      en: 'Apps of an Okta organization, and the scopes that administrators and people granted them.',
      de: 'Apps einer Okta-Organisation, und die Berechtigungen, die Verwaltung und Personen ihnen gaben.',
    }),
    needs: phrase({
      en: html`In the Okta Admin Console, open <em>Security → API → Tokens</em> and create a token as an administrator who may read apps and grants. Set <code>ORG</code> and <code>TOKEN</code>, and run. This needs <code>curl</code> and <code>jq</code>.`,
      de: html`Öffnen Sie in der Okta Admin Console <em>Security → API → Tokens</em> und legen Sie ein Token als Administrator an, der Apps und Grants lesen darf. Setzen Sie <code>ORG</code> und <code>TOKEN</code>, und rufen Sie auf. Nötig sind <code>curl</code> und <code>jq</code>.`,
    }),
    more: phrase({
      en: html`More than 200 apps: get the page that the header <code>Link</code> names with <code>rel="next"</code> into a further file, until there is none. Delete the token when you have the files.`,
      de: html`Mehr als 200 Apps: Holen Sie die Seite, die der Header <code>Link</code> mit <code>rel="next"</code> nennt, in eine weitere Datei, bis es keine mehr gibt. Löschen Sie das Token, wenn Sie die Dateien haben.`,
    }),
    files: phrase({
      en: html`Choose <code>apps.json</code> and <code>grants.ndjson</code> together.`,
      de: html`Wählen Sie <code>apps.json</code> und <code>grants.ndjson</code> zusammen.`,
    }),
  },
  entra: {
    name: phrase({ en: 'Microsoft Entra ID', de: 'Microsoft Entra ID' }),
    lists: phrase({
      en: 'Service principals of a tenant, agent identities included, and the delegated permissions with which they act for people.',
      de: 'Dienstprinzipale eines Mandanten, auch Agentenidentitäten, und die delegierten Berechtigungen, mit denen sie für Personen handeln.',
    }),
    needs: phrase({
      en: html`Sign in with the Azure CLI as a person with the role <em>Global Reader</em>. A token of your own takes its place: it needs the permissions <code>Application.Read.All</code> and <code>DelegatedPermissionGrant.Read.All</code>. This needs <code>az</code> and <code>curl</code>.`,
      de: html`Melden Sie sich mit der Azure CLI als Person mit der Rolle <em>Global Reader</em> an. Ein eigenes Token geht auch: Es braucht die Berechtigungen <code>Application.Read.All</code> und <code>DelegatedPermissionGrant.Read.All</code>. Nötig sind <code>az</code> und <code>curl</code>.`,
    }),
    more: phrase({
      en: html`If a file has <code>@odata.nextLink</code>, get the page at that address into a further file, until there is none. The list has delegated permissions only, with which an app acts for people. Application permissions (app role assignments) are not in it: an app that has only those looks harmless here.`,
      de: html`Hat eine Datei <code>@odata.nextLink</code>, holen Sie die Seite an dieser Adresse in eine weitere Datei, bis es keine mehr gibt. Die Liste enthält nur delegierte Berechtigungen, mit denen eine App für Personen handelt. Anwendungsberechtigungen (App-Rollenzuweisungen) fehlen darin: Eine App, die nur solche hat, sieht hier harmlos aus.`,
    }),
    files: phrase({
      en: html`Choose <code>principals.json</code> and <code>grants.json</code> together.`,
      de: html`Wählen Sie <code>principals.json</code> und <code>grants.json</code> zusammen.`,
    }),
  },
  google: {
    name: phrase({ en: 'Google Workspace', de: 'Google Workspace' }),
    lists: phrase({
      en: 'Apps that people of a Google Workspace gave access to their data.',
      de: 'Apps, denen Personen eines Google Workspace Zugriff auf ihre Daten gaben.',
    }),
    needs: phrase({
      en: html`In a project of Google Cloud, enable the Admin SDK API, create an OAuth client of the type <em>Desktop app</em>, and save it as <code>client.json</code>. Run as an administrator of the Workspace. This needs <code>gcloud</code>, <code>curl</code> and <code>jq</code>.`,
      de: html`Aktivieren Sie in einem Projekt von Google Cloud die Admin SDK API, legen Sie einen OAuth-Client vom Typ <em>Desktop app</em> an, und speichern Sie ihn als <code>client.json</code>. Rufen Sie als Administrator des Workspace auf. Nötig sind <code>gcloud</code>, <code>curl</code> und <code>jq</code>.`,
    }),
    more: phrase({
      en: html`More than 500 people: add those of the page with <code>&pageToken=</code> and the value of <code>nextPageToken</code> to <code>users.txt</code>. A user for whom Google answers an error refuses the import, so that no app is missing unnoticed.`,
      de: html`Mehr als 500 Personen: Hängen Sie die der Seite mit <code>&pageToken=</code> und dem Wert von <code>nextPageToken</code> an <code>users.txt</code> an. Eine Person, für die Google einen Fehler meldet, verhindert den Import: So fehlt keine App unbemerkt.`,
    }),
    files: phrase({
      en: html`Choose <code>tokens.ndjson</code>.`,
      de: html`Wählen Sie <code>tokens.ndjson</code>.`,
    }),
  },
  github: {
    name: phrase({ en: 'GitHub', de: 'GitHub' }),
    lists: phrase({
      en: 'Installed apps, personal access tokens and authorized credentials of a GitHub organization.',
      de: 'Installierte Apps, persönliche Zugriffstokens und autorisierte Zugangsdaten einer GitHub-Organisation.',
    }),
    needs: phrase({
      en: html`Get a token as an owner of the organization. Only a GitHub App can list personal access tokens, and credentials are listed only with SAML single sign-on: leave out what you do not have. Set <code>ORG</code> and <code>TOKEN</code>, and run. This needs <code>curl</code>.`,
      de: html`Holen Sie ein Token als Eigentümer der Organisation. Nur eine GitHub App kann persönliche Zugriffstokens auflisten, und Zugangsdaten gibt es nur mit Single Sign-on per SAML: Lassen Sie weg, was Sie nicht haben. Setzen Sie <code>ORG</code> und <code>TOKEN</code>, und rufen Sie auf. Nötig ist <code>curl</code>.`,
    }),
    more: phrase({
      en: html`More than 100 of a kind: get further pages with <code>&page=2</code> into further files.`,
      de: html`Mehr als 100 einer Art: Holen Sie weitere Seiten mit <code>&page=2</code> in weitere Dateien.`,
    }),
    files: phrase({
      en: html`Choose the files that you have of <code>installations.json</code>, <code>tokens.json</code> and <code>credentials.json</code> together.`,
      de: html`Wählen Sie zusammen, was Sie von <code>installations.json</code>, <code>tokens.json</code> und <code>credentials.json</code> haben.`,
    }),
  },
  'mcp-registry': {
    name: phrase({ en: 'MCP registry', de: 'MCP-Registry' }),
    from: phrase({ en: 'Import from an MCP registry', de: 'Aus einer MCP-Registry einlesen' }),
    lists: phrase({
      en: 'MCP servers of your organization’s registry, and the secrets that they ask for.',
      de: 'MCP-Server der Registry Ihrer Organisation, und die Geheimnisse, die sie verlangen.',
    }),
    needs: phrase({
      en: html`Take the registry of your organization: a public registry has servers that you do not use. Set <code>REGISTRY</code> to its address, and run. This needs <code>curl</code>.`,
      de: html`Nehmen Sie die Registry Ihrer Organisation: Eine öffentliche hat Server, die Sie nicht benutzen. Setzen Sie <code>REGISTRY</code> auf ihre Adresse, und rufen Sie auf. Nötig ist <code>curl</code>.`,
    }),
    more: phrase({
      en: html`If the file has <code>nextCursor</code>, get the next page with <code>&cursor=</code> and its value into a further file, until there is none.`,
      de: html`Hat die Datei <code>nextCursor</code>, holen Sie die nächste Seite mit <code>&cursor=</code> und dem Wert in eine weitere Datei, bis es keine mehr gibt.`,
    }),
    files: phrase({
      en: html`Choose <code>servers.json</code>.`,
      de: html`Wählen Sie <code>servers.json</code>.`,
    }),
  },
  csv: {
    name: phrase({ en: 'CSV file', de: 'CSV-Datei' }),
    from: phrase({ en: 'Import from a CSV file', de: 'Aus einer CSV-Datei einlesen' }),
    lists: phrase({
      en: 'Apps of any other system, as a table with one app per row.',
      de: 'Apps jedes anderen Systems, als Tabelle mit einer App pro Zeile.',
    }),
    needs: phrase({
      en: html`Export a table as CSV from that system, or write one. The first line names the columns.`,
      de: html`Exportieren Sie aus dem System eine Tabelle als CSV, oder schreiben Sie eine. Die erste Zeile nennt die Spalten.`,
    }),
    more: phrase({
      en: html`Blanks separate several scopes or URLs. <code>is_for_everyone</code> and <code>is_enabled</code> are <code>true</code> or <code>false</code>.`,
      de: html`Leerzeichen trennen mehrere Berechtigungen oder URLs. <code>is_for_everyone</code> und <code>is_enabled</code> sind <code>true</code> oder <code>false</code>.`,
    }),
  },
  ndjson: {
    name: phrase({ en: 'NDJSON file', de: 'NDJSON-Datei' }),
    from: phrase({ en: 'Import from an NDJSON file', de: 'Aus einer NDJSON-Datei einlesen' }),
    lists: phrase({
      en: 'Apps of any other system, one JSON object per line. Best for scripts.',
      de: 'Apps jedes anderen Systems, ein JSON-Objekt pro Zeile. Am besten für Skripte.',
    }),
    needs: phrase({
      en: html`Let a script write one JSON object for each app.`,
      de: html`Ein Skript schreibt für jede App ein JSON-Objekt.`,
    }),
    more: phrase({
      en: html`<code>scopes</code> and <code>urls</code> are lists. They are the members of an app in the management API.`,
      de: html`<code>scopes</code> und <code>urls</code> sind Listen. Es sind die Felder einer App in der Verwaltungs-API.`,
    }),
  },
};

/** What the columns of a CSV file, and the members of an app in NDJSON, mean. */
export const columnWords = {
  external_id: phrase({ en: 'ID of the app in that system', de: 'Id der App in dem System' }),
  name: phrase({ en: 'name of the app', de: 'Name der App' }),
  publisher: phrase({ en: 'who publishes it', de: 'wer sie herausgibt' }),
  owner: phrase({ en: 'who is accountable for it there', de: 'wer dort für sie verantwortlich ist' }),
  scopes: phrase({ en: 'rights that it has', de: 'Rechte, die sie hat' }),
  people: phrase({ en: 'number of people who gave it rights', de: 'Zahl der Personen, die ihr Rechte gaben' }),
  is_for_everyone: phrase({
    en: 'an administrator gave it rights for everyone',
    de: 'die Verwaltung gab ihr Rechte für alle',
  }),
  is_enabled: phrase({
    en: 'it is enabled there; without a value: yes',
    de: 'sie ist dort aktiviert; ohne Angabe: ja',
  }),
  secrets: phrase({
    en: 'number of its static secrets, never a secret itself',
    de: 'Zahl ihrer dauerhaften Geheimnisse, nie ein Geheimnis selbst',
  }),
  urls: phrase({
    en: 'its redirect URIs, or where it is reached',
    de: 'ihre Redirect-URIs, oder wo sie erreichbar ist',
  }),
  client: phrase({
    en: 'ID of the client, agent or resource server here that is the same app',
    de: 'Id des Clients, Agenten oder Ressourcenservers hier, der dieselbe App ist',
  }),
};
