import { type HtmlValue, html, phrase } from '../html.ts';

/** The first steps on a new server: on the overview of the console, and on a page with the commands. */
export const firstStepsWords = {
  title: phrase({ en: 'First steps', de: 'Erste Schritte' }),
  lead: phrase({
    en: 'An agent gets its first token in four steps. The server ticks each one that it sees done.',
    de: 'Ein Agent bekommt in vier Schritten sein erstes Token. Der Server hakt ab, was erledigt ist.',
  }),
  progress: (done: number, all: number) => phrase({ en: `${done} of ${all} done`, de: `${done} von ${all} erledigt` }),
  done: phrase({ en: 'Done', de: 'Erledigt' }),
  next: phrase({ en: 'Next', de: 'Als Nächstes' }),
  later: phrase({ en: 'Later', de: 'Später' }),
  hide: phrase({ en: 'Do not show again', de: 'Nicht mehr zeigen' }),
  steps: {
    api: {
      name: phrase({ en: 'Register an API', de: 'Eine API registrieren' }),
      what: phrase({
        en: 'A resource server accepts tokens of this server. Its scopes say what an agent can ask for, and how risky that is.',
        de: 'Ein Ressourcenserver nimmt Tokens dieses Servers an. Seine Scopes sagen, worum ein Agent bitten kann und wie riskant das ist.',
      }),
      button: phrase({ en: 'Register an API', de: 'API registrieren' }),
    },
    agent: {
      name: phrase({ en: 'Register an agent', de: 'Einen Agenten registrieren' }),
      what: phrase({
        en: 'An agent has an owner, a purpose and a key pair. It authenticates with its key, so there is no secret to leak.',
        de: 'Ein Agent hat einen Eigentümer, einen Zweck und ein Schlüsselpaar. Er weist sich mit dem Schlüssel aus, ohne Geheimnis.',
      }),
      button: phrase({ en: 'Register an agent', de: 'Agenten registrieren' }),
    },
    consent: {
      name: phrase({ en: 'Let a person consent', de: 'Eine Person einwilligen lassen' }),
      what: phrase({
        en: 'The agent sends a person to this server. The person signs in and decides what the agent may do for them.',
        de: 'Der Agent schickt eine Person zu diesem Server. Sie meldet sich an und bestimmt, was der Agent für sie tun darf.',
      }),
      button: phrase({ en: 'Show the commands', de: 'Befehle zeigen' }),
    },
    token: {
      name: phrase({ en: 'Get a token', de: 'Ein Token holen' }),
      what: phrase({
        en: 'The agent exchanges the code for an access token. The token names the person and the agent that acts for them.',
        de: 'Der Agent tauscht den Code gegen ein Zugriffstoken. Das Token nennt die Person und den Agenten, der für sie handelt.',
      }),
      button: phrase({ en: 'Show the commands', de: 'Befehle zeigen' }),
    },
  },
  allDone: phrase({
    en: 'All four steps are done. The overview does not show them any more.',
    de: 'Alle vier Schritte sind erledigt. Die Übersicht zeigt sie nicht mehr.',
  }),
  commandLine: phrase({
    en: html`On the machine of the server, <code>npm run -s behalf -- init</code> creates an API, an agent with its key file, and a person.`,
    de: html`Auf dem Rechner des Servers legt <code>npm run -s behalf -- init</code> eine API, einen Agenten mit Schlüsseldatei und eine Person an.`,
  }),
  tryIt: phrase({ en: 'Consent and token', de: 'Einwilligung und Token' }),
  about: (agent: HtmlValue, api: HtmlValue) =>
    phrase({
      en: html`The commands are for the agent ${agent} and the API ${api}.`,
      de: html`Die Befehle gelten für den Agenten ${agent} und die API ${api}.`,
    }),
  keyFile: phrase({
    en: html`Save the private key of the agent as <code>agent.jwk.json</code>, in JWK form. This server has only the public key.`,
    de: html`Speichern Sie den privaten Schlüssel des Agenten als <code>agent.jwk.json</code>, in JWK-Form. Dieser Server hat nur den öffentlichen.`,
  }),
  withCurl: phrase({ en: 'With curl', de: 'Mit curl' }),
  openFirst: phrase({
    en: 'Open this address, sign in and decide:',
    de: 'Öffnen Sie diese Adresse, melden Sie sich an und entscheiden Sie:',
  }),
  openLink: phrase({ en: 'Open the consent page', de: 'Einwilligungsseite öffnen' }),
  thenCode: phrase({
    en: html`The browser is sent to the redirect URI of the agent. Copy <code>code</code> from that address; an error of the browser does not matter. The code is valid once, for a short time.`,
    de: html`Der Browser wird zur Redirect-URI des Agenten geschickt. Kopieren Sie <code>code</code> aus der Adresse; ein Fehler des Browsers schadet nicht. Der Code gilt einmal, für kurze Zeit.`,
  }),
  exchange: phrase({ en: 'Exchange the code:', de: 'Tauschen Sie den Code ein:' }),
  withTypeScript: phrase({ en: 'With TypeScript', de: 'Mit TypeScript' }),
  saveAs: phrase({
    en: html`Save this as <code>agent.ts</code> and run it with Node 24. It uses openid-client, a certified library.`,
    de: html`Speichern Sie dies als <code>agent.ts</code> und starten Sie es mit Node 24. Es benutzt openid-client, eine zertifizierte Bibliothek.`,
  }),
  blocks: {
    exchange: phrase({ en: 'Commands for curl', de: 'Befehle für curl' }),
    run: phrase({ en: 'Commands to run it', de: 'Befehle zum Starten' }),
    program: phrase({ en: 'Program in TypeScript', de: 'Programm in TypeScript' }),
  },
  noCommands: (agentsHref: string) =>
    phrase({
      en: html`The commands appear here once there is an API with a scope, and an active agent with a redirect URI. Add the redirect URI on the page of the <a href="${agentsHref}">agent</a>.`,
      de: html`Die Befehle erscheinen hier, sobald es eine API mit einem Scope und einen aktiven Agenten mit Redirect-URI gibt. Die Redirect-URI tragen Sie auf der Seite des <a href="${agentsHref}">Agenten</a> ein.`,
    }),
};
