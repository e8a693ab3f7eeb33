import { html, type Phrase, phrase } from '../html.ts';

type SystemWords = {
  readonly name: Phrase;
  /** Which apps. */
  readonly lists: Phrase;
  /** Title of the page. Default: from the system with this name. */
  readonly from?: Phrase;
  /** Before the commands. */
  readonly needs: Phrase;
  /** Before them, in their order. */
  readonly steps?: readonly Phrase[];
  /** After them. */
  readonly more: Phrase;
  /** Which files the import takes together. Absent: one. */
  readonly files?: Phrase;
  /** What a second inventory of it is of. */
  readonly second?: Phrase;
};

const allPages = {
  en: 'The script stops at the first request that fails.',
  de: 'Das Skript bricht bei der ersten Anfrage ab, die fehlschlägt.',
};
const secondOrganization = phrase({ en: 'a second organization', de: 'eine zweite Organisation' });

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
      en: html`In the Okta Admin Console, open <em>Security → API → Tokens</em> and create a token as a super administrator, or as another administrator who may read apps and their grants. Set <code>ORG</code> in the script, run it, and paste the token when it asks. This needs <code>curl</code> and <code>jq</code>.`,
      de: html`Öffnen Sie in der Okta Admin Console <em>Security → API → Tokens</em> und legen Sie ein Token als Super Administrator an, oder als Administrator, der Apps und ihre Grants lesen darf. Setzen Sie <code>ORG</code> im Skript, rufen Sie es auf, und fügen Sie das Token ein, wenn es danach fragt. Nötig sind <code>curl</code> und <code>jq</code>.`,
    }),
    more: phrase({
      en: html`${allPages.en} Delete the token when you have the files.`,
      de: html`${allPages.de} Löschen Sie das Token, wenn Sie die Dateien haben.`,
    }),
    files: phrase({
      en: html`Choose <code>apps.ndjson</code> and <code>grants.ndjson</code> together.`,
      de: html`Wählen Sie <code>apps.ndjson</code> und <code>grants.ndjson</code> zusammen.`,
    }),
    second: secondOrganization,
  },
  entra: {
    name: phrase({ en: 'Microsoft Entra ID', de: 'Microsoft Entra ID' }),
    lists: phrase({
      en: 'Service principals of a tenant, agent identities included, with their delegated and application permissions.',
      de: 'Dienstprinzipale eines Mandanten, auch Agentenidentitäten, mit ihren delegierten Berechtigungen und Anwendungsberechtigungen.',
    }),
    needs: phrase({
      en: html`Sign in with the Azure CLI as a person with the role <em>Global Reader</em>. Or replace the lines with <code>az</code> by <code>read -rs TOKEN</code>, and paste your own token with the permissions <code>Application.Read.All</code> and <code>DelegatedPermissionGrant.Read.All</code>. This needs <code>az</code>, <code>curl</code> and <code>jq</code>.`,
      de: html`Melden Sie sich mit der Azure CLI als Person mit der Rolle <em>Global Reader</em> an. Oder ersetzen Sie die Zeilen mit <code>az</code> durch <code>read -rs TOKEN</code>, und fügen Sie ein eigenes Token mit den Berechtigungen <code>Application.Read.All</code> und <code>DelegatedPermissionGrant.Read.All</code> ein. Nötig sind <code>az</code>, <code>curl</code> und <code>jq</code>.`,
    }),
    more: phrase({
      en: html`${allPages.en} It asks for the application permissions of each service principal, so it takes some minutes in a large tenant.`,
      de: html`${allPages.de} Es fragt für jeden Dienstprinzipal nach den Anwendungsberechtigungen, und braucht darum in einem großen Mandanten einige Minuten.`,
    }),
    files: phrase({
      en: html`Choose <code>principals.ndjson</code>, <code>grants.ndjson</code> and <code>roles.ndjson</code> together.`,
      de: html`Wählen Sie <code>principals.ndjson</code>, <code>grants.ndjson</code> und <code>roles.ndjson</code> zusammen.`,
    }),
    second: phrase({ en: 'a second tenant', de: 'einen zweiten Mandanten' }),
  },
  google: {
    name: phrase({ en: 'Google Workspace', de: 'Google Workspace' }),
    lists: phrase({
      en: 'Apps to which people of a Google Workspace gave access, and the scopes.',
      de: 'Apps, denen Personen eines Google Workspace Zugriff gaben, und die Berechtigungen.',
    }),
    needs: phrase({
      en: html`This needs <code>gcloud</code>, <code>curl</code> and <code>jq</code>.`,
      de: html`Nötig sind <code>gcloud</code>, <code>curl</code> und <code>jq</code>.`,
    }),
    steps: [
      phrase({
        en: html`Enable the Admin SDK API in a project of Google Cloud.`,
        de: html`Aktivieren Sie in einem Projekt von Google Cloud die Admin SDK API.`,
      }),
      phrase({
        en: html`Create an OAuth client of the type <em>Desktop app</em> there, and save it as <code>client.json</code>.`,
        de: html`Legen Sie dort einen OAuth-Client vom Typ <em>Desktop app</em> an, und speichern Sie ihn als <code>client.json</code>.`,
      }),
      phrase({
        en: html`Run the script, and sign in as a super administrator of the Workspace.`,
        de: html`Rufen Sie das Skript auf, und melden Sie sich als Super Admin des Workspace an.`,
      }),
    ],
    more: phrase({
      en: html`${allPages.en} It asks for the tokens of each person, so it takes some minutes in a large Workspace. Then run <code>gcloud auth application-default revoke</code> to end this sign-in.`,
      de: html`${allPages.de} Es fragt für jede Person nach den Tokens, und braucht darum in einem großen Workspace einige Minuten. Rufen Sie danach <code>gcloud auth application-default revoke</code> auf, um diese Anmeldung zu beenden.`,
    }),
    files: phrase({
      en: html`Choose <code>tokens.ndjson</code>.`,
      de: html`Wählen Sie <code>tokens.ndjson</code>.`,
    }),
    second: phrase({ en: 'a second Workspace', de: 'einen zweiten Workspace' }),
  },
  github: {
    name: phrase({ en: 'GitHub', de: 'GitHub' }),
    lists: phrase({
      en: 'Installed apps, personal access tokens and authorized credentials of a GitHub organization.',
      de: 'Installierte Apps, persönliche Zugriffstokens und autorisierte Zugangsdaten einer GitHub-Organisation.',
    }),
    needs: phrase({
      en: html`This needs <code>curl</code> and <code>jq</code>.`,
      de: html`Nötig sind <code>curl</code> und <code>jq</code>.`,
    }),
    steps: [
      phrase({
        en: html`As an owner of the organization, create a token that may read <em>Administration</em> and <em>Personal access tokens</em> of the organization.`,
        de: html`Legen Sie als Eigentümer der Organisation ein Token an, das <em>Administration</em> und <em>Personal access tokens</em> der Organisation lesen darf.`,
      }),
      phrase({
        en: html`Set <code>ORG</code> in the script. Set <code>GITHUB_APP</code> to <code>no</code> if the token is not of a GitHub App, and <code>SAML</code> to <code>no</code> if the organization does not use SAML single sign-on.`,
        de: html`Setzen Sie <code>ORG</code> im Skript. Setzen Sie <code>GITHUB_APP</code> auf <code>no</code>, wenn das Token nicht von einer GitHub App ist, und <code>SAML</code> auf <code>no</code>, wenn die Organisation kein Single Sign-on per SAML nutzt.`,
      }),
      phrase({
        en: 'Run it, and paste the token when it asks.',
        de: 'Rufen Sie es auf, und fügen Sie das Token ein, wenn es danach fragt.',
      }),
    ],
    more: phrase({
      en: html`${allPages.en} Delete the token when you have the files.`,
      de: html`${allPages.de} Löschen Sie das Token, wenn Sie die Dateien haben.`,
    }),
    files: phrase({
      en: html`Choose <code>installations.ndjson</code>, <code>tokens.ndjson</code> and <code>credentials.ndjson</code> together.`,
      de: html`Wählen Sie <code>installations.ndjson</code>, <code>tokens.ndjson</code> und <code>credentials.ndjson</code> zusammen.`,
    }),
    second: secondOrganization,
  },
  'mcp-registry': {
    name: phrase({ en: 'MCP registry', de: 'MCP-Registry' }),
    from: phrase({ en: 'Import from an MCP registry', de: 'Aus einer MCP-Registry einlesen' }),
    lists: phrase({
      en: 'MCP servers in your organization’s registry, and the secrets that they need.',
      de: 'MCP-Server der Registry Ihrer Organisation, und die Geheimnisse, die sie brauchen.',
    }),
    needs: phrase({
      en: html`Take the registry of your organization: a public registry has servers that you do not use. Set <code>REGISTRY</code> to its address, and run the script. This needs <code>curl</code> and <code>jq</code>.`,
      de: html`Nehmen Sie die Registry Ihrer Organisation: Eine öffentliche hat Server, die Sie nicht benutzen. Setzen Sie <code>REGISTRY</code> auf ihre Adresse, und rufen Sie das Skript auf. Nötig sind <code>curl</code> und <code>jq</code>.`,
    }),
    more: phrase(allPages),
    files: phrase({
      en: html`Choose <code>servers.ndjson</code>.`,
      de: html`Wählen Sie <code>servers.ndjson</code>.`,
    }),
    second: phrase({ en: 'a second registry', de: 'eine zweite Registry' }),
  },
  csv: {
    name: phrase({ en: 'CSV file', de: 'CSV-Datei' }),
    from: phrase({ en: 'Import from a CSV file', de: 'Aus einer CSV-Datei einlesen' }),
    lists: phrase({
      en: 'A table with one app per row.',
      de: 'Eine Tabelle mit einer App pro Zeile.',
    }),
    needs: phrase({
      en: html`Export a table as CSV from that system, or write one. The first line names the columns.`,
      de: html`Exportieren Sie aus dem System eine Tabelle als CSV, oder schreiben Sie eine. Die erste Zeile nennt die Spalten.`,
    }),
    more: phrase({
      en: html`Separate several scopes or URLs with spaces. <code>is_for_everyone</code> and <code>is_enabled</code> are <code>true</code> or <code>false</code>.`,
      de: html`Trennen Sie mehrere Berechtigungen oder URLs mit Leerzeichen. <code>is_for_everyone</code> und <code>is_enabled</code> sind <code>true</code> oder <code>false</code>.`,
    }),
  },
  ndjson: {
    name: phrase({ en: 'NDJSON file', de: 'NDJSON-Datei' }),
    from: phrase({ en: 'Import from an NDJSON file', de: 'Aus einer NDJSON-Datei einlesen' }),
    lists: phrase({
      en: 'One JSON object per line. Best for scripts.',
      de: 'Ein JSON-Objekt pro Zeile. Am besten für Skripte.',
    }),
    needs: phrase({
      en: html`Let a script write one JSON object for each app.`,
      de: html`Ein Skript schreibt für jede App ein JSON-Objekt.`,
    }),
    more: phrase({
      en: html`<code>scopes</code> and <code>urls</code> are lists. The members are those of an app in the management API.`,
      de: html`<code>scopes</code> und <code>urls</code> sind Listen. Die Felder sind die einer App in der Verwaltungs-API.`,
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
    en: 'enabled there (true if left out)',
    de: 'dort aktiviert (ohne Angabe true)',
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
