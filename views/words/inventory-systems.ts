import { html, phrase } from '../html.ts';

/**
 * The systems of which an inventory is imported. `lists`: which apps. `needs`: before the commands. `more`: after them. `files`:
 * which files the import takes together.
 */
export const systemWords = {
  okta: {
    name: phrase({ en: 'Okta', de: 'Okta' }),
    lists: phrase({
      en: 'Apps of an Okta organization, and the scopes that administrators and people granted them.',
      de: 'Apps einer Okta-Organisation, und die Berechtigungen, die Verwaltung und Personen ihnen gaben.',
    }),
    needs: phrase({
      en: html`In the Okta Admin Console, open <em>Security → API → Tokens</em> and create a token as an administrator who may read apps and grants. Then run, with the address of your organization:`,
      de: html`Öffnen Sie in der Okta Admin Console <em>Security → API → Tokens</em> und legen Sie ein Token als Administrator an, der Apps und Grants lesen darf. Dann rufen Sie auf, mit der Adresse Ihrer Organisation:`,
    }),
    more: phrase({
      en: html`More than 200 apps: get the page that the header <code>Link</code> names with <code>rel="next"</code> into a further file, until there is none.`,
      de: html`Mehr als 200 Apps: Holen Sie die Seite, die der Header <code>Link</code> mit <code>rel="next"</code> nennt, in eine weitere Datei, bis es keine mehr gibt.`,
    }),
    files: phrase({
      en: html`Choose <code>apps.json</code> and <code>grants.ndjson</code> together.`,
      de: html`Wählen Sie <code>apps.json</code> und <code>grants.ndjson</code> zusammen.`,
    }),
  },
  entra: {
    name: phrase({ en: 'Microsoft Entra ID', de: 'Microsoft Entra ID' }),
    lists: phrase({
      en: 'Service principals of a tenant, agent identities included, and the permissions they hold for people.',
      de: 'Dienstprinzipale eines Mandanten, auch Agentenidentitäten, und ihre Berechtigungen für Personen.',
    }),
    needs: phrase({
      en: html`Get a token for Microsoft Graph with the permissions <code>Application.Read.All</code> and <code>DelegatedPermissionGrant.Read.All</code>. Then run:`,
      de: html`Holen Sie ein Token für Microsoft Graph mit den Berechtigungen <code>Application.Read.All</code> und <code>DelegatedPermissionGrant.Read.All</code>. Dann rufen Sie auf:`,
    }),
    more: phrase({
      en: html`If a file has <code>@odata.nextLink</code>, get the page at that address into a further file, until there is none.`,
      de: html`Hat eine Datei <code>@odata.nextLink</code>, holen Sie die Seite an dieser Adresse in eine weitere Datei, bis es keine mehr gibt.`,
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
      en: html`Get a token for the Admin SDK with the scope <code>admin.directory.user.security</code>. Write the email address of each user into a line of <code>users.txt</code>. Then run:`,
      de: html`Holen Sie ein Token für das Admin SDK mit der Berechtigung <code>admin.directory.user.security</code>. Schreiben Sie die E-Mail-Adresse jeder Person in eine Zeile von <code>users.txt</code>. Dann rufen Sie auf:`,
    }),
    more: phrase({
      en: 'A user for whom Google answers an error refuses the import, so that no app is missing unnoticed.',
      de: 'Eine Person, für die Google einen Fehler meldet, verhindert den Import: So fehlt keine App unbemerkt.',
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
      en: html`Get a token as an owner of the organization. Only a GitHub App can list personal access tokens, and credentials are listed only with SAML single sign-on: leave out what you do not have. Replace <code>ORG</code>, and run:`,
      de: html`Holen Sie ein Token als Eigentümer der Organisation. Nur eine GitHub App kann persönliche Zugriffstokens auflisten, und Zugangsdaten gibt es nur mit Single Sign-on per SAML: Lassen Sie weg, was Sie nicht haben. Ersetzen Sie <code>ORG</code>, und rufen Sie auf:`,
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
    lists: phrase({
      en: 'MCP servers of your organization’s registry, and the secrets that they ask for.',
      de: 'MCP-Server der Registry Ihrer Organisation, und die Geheimnisse, die sie verlangen.',
    }),
    needs: phrase({
      en: 'Take the registry of your organization: a public registry has servers that you do not use. Run, with its address:',
      de: 'Nehmen Sie die Registry Ihrer Organisation: Eine öffentliche hat Server, die Sie nicht benutzen. Rufen Sie auf, mit ihrer Adresse:',
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
    lists: phrase({
      en: 'Apps of any other system, as a table with one app a line.',
      de: 'Apps jedes anderen Systems, als Tabelle mit einer App pro Zeile.',
    }),
    needs: phrase({
      en: html`Export a table as CSV from that system, or write one. The first line names the columns. <code>external_id</code> and <code>name</code> are required. <code>publisher</code>, <code>owner</code>, <code>scopes</code>, <code>people</code>, <code>is_for_everyone</code>, <code>is_enabled</code>, <code>secrets</code>, <code>urls</code> and <code>client</code> are optional.`,
      de: html`Exportieren Sie aus dem System eine Tabelle als CSV, oder schreiben Sie eine. Die erste Zeile nennt die Spalten. <code>external_id</code> und <code>name</code> sind nötig. <code>publisher</code>, <code>owner</code>, <code>scopes</code>, <code>people</code>, <code>is_for_everyone</code>, <code>is_enabled</code>, <code>secrets</code>, <code>urls</code> und <code>client</code> sind freiwillig.`,
    }),
    more: phrase({
      en: html`Blanks separate several scopes or URLs. <code>is_for_everyone</code> and <code>is_enabled</code> are <code>true</code> or <code>false</code>.`,
      de: html`Leerzeichen trennen mehrere Berechtigungen oder URLs. <code>is_for_everyone</code> und <code>is_enabled</code> sind <code>true</code> oder <code>false</code>.`,
    }),
    files: phrase({ en: 'Choose the CSV file.', de: 'Wählen Sie die CSV-Datei.' }),
  },
  ndjson: {
    name: phrase({ en: 'NDJSON file', de: 'NDJSON-Datei' }),
    lists: phrase({
      en: 'Apps of any other system, as one JSON object a line. Scripts write it most easily.',
      de: 'Apps jedes anderen Systems, als ein JSON-Objekt pro Zeile. Skripte schreiben das am einfachsten.',
    }),
    needs: phrase({
      en: html`Let a script write one JSON object for each app. <code>external_id</code> and <code>name</code> are required. <code>publisher</code>, <code>owner</code>, <code>scopes</code>, <code>people</code>, <code>is_for_everyone</code>, <code>is_enabled</code>, <code>secrets</code>, <code>urls</code> and <code>client</code> are optional.`,
      de: html`Ein Skript schreibt für jede App ein JSON-Objekt. <code>external_id</code> und <code>name</code> sind nötig. <code>publisher</code>, <code>owner</code>, <code>scopes</code>, <code>people</code>, <code>is_for_everyone</code>, <code>is_enabled</code>, <code>secrets</code>, <code>urls</code> und <code>client</code> sind freiwillig.`,
    }),
    more: phrase({
      en: html`<code>scopes</code> and <code>urls</code> are lists. They are the members of an app in the management API.`,
      de: html`<code>scopes</code> und <code>urls</code> sind Listen. Es sind die Felder einer App in der Verwaltungs-API.`,
    }),
    files: phrase({ en: 'Choose the NDJSON file.', de: 'Wählen Sie die NDJSON-Datei.' }),
  },
};
