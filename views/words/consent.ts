import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';
import { agentWords } from './agent.ts';

/** The consent page, and the text around the choices. */
export const consentWords = {
  title: phrase({ en: 'Allow access', de: 'Zugriff erlauben' }),
  deny: phrase({ en: 'Deny', de: 'Ablehnen' }),
  /** decisions.css writes the count: `Allow 1 of 2`. */
  allow: phrase({
    en: html`Allow<span class="count"></span><span class="unseen"> what is ticked</span>`,
    de: html`<span class="unseen">Angehaktes </span><span class="count"></span>erlauben`,
  }),
  canBeEnded: phrase({
    en: 'You can end this at any time under My account.',
    de: 'Unter „Mein Konto“ können Sie das jederzeit beenden.',
  }),
  nothingToAllow: phrase({
    en: 'There is nothing to allow. If you need this access, show this page to the people who run the app or this server.',
    de: 'Es gibt nichts zu erlauben. Wenn Sie diesen Zugriff brauchen, zeigen Sie diese Seite den Betreibern der App oder dieses Servers.',
  }),
  back: phrase({ en: 'Go back', de: 'Zurück' }),
  nothingTicked: phrase({
    en: 'Nothing is ticked. Tick what you allow, or deny.',
    de: 'Nichts ist angehakt. Haken Sie an, was Sie erlauben, oder lehnen Sie ab.',
  }),
  beforeYouDecide: phrase({ en: 'Before you decide', de: 'Bevor Sie entscheiden' }),
};

/** Who wants what where. `who`, `where` and the other names are markup of the page. */
export const consentHeadings = {
  actAt: (who: HtmlValue, where: HtmlValue) =>
    phrase({
      en: html`${who} wants to act for you at ${where}`,
      de: html`${who} möchte bei ${where} für Sie handeln`,
    }),
  actWhenCalled: (who: HtmlValue, where: HtmlValue, app: HtmlValue) =>
    phrase({
      en: html`${who} wants to act for you at ${where} when ${app} calls it`,
      de: html`${who} möchte bei ${where} für Sie handeln, wenn ${app} ihn aufruft`,
    }),
  forAgent: (who: HtmlValue, agent: HtmlValue, where: HtmlValue) =>
    phrase({
      en: html`${who} asks you to let ${agent} act for you at ${where}`,
      de: html`${who} bittet Sie, ${agent} bei ${where} für Sie handeln zu lassen`,
    }),
  use: (who: HtmlValue, where: HtmlValue) =>
    phrase({ en: html`${who} wants to use ${where} for you`, de: html`${who} möchte ${where} für Sie nutzen` }),
  signInAndUse: (who: HtmlValue, where: HtmlValue) =>
    phrase({
      en: html`${who} wants to sign you in and use ${where} for you`,
      de: html`${who} möchte Sie anmelden und ${where} für Sie nutzen`,
    }),
  signIn: (who: HtmlValue) => phrase({ en: html`${who} wants to sign you in`, de: html`${who} möchte Sie anmelden` }),
  nothing: (who: HtmlValue) =>
    phrase({
      en: html`${who} asks for access that this server cannot give`,
      de: html`${who} bittet um Zugriff, den dieser Server nicht geben kann`,
    }),
  /** In place of a name that cannot be trusted. */
  anAgentOf: (owner: HtmlValue) => phrase({ en: html`An agent of ${owner}`, de: html`Ein Agent von ${owner}` }),
  anApp: phrase({ en: 'An app', de: 'Eine App' }),
  and: (one: HtmlValue, other: HtmlValue) => phrase({ en: html`${one} and ${other}`, de: html`${one} und ${other}` }),
  andMore: (one: HtmlValue, other: HtmlValue, count: number) =>
    phrase({ en: html`${one}, ${other} and ${count} more`, de: html`${one}, ${other} und ${count} weiteren` }),
};

/** Who asks, and where the answer goes. */
export const consentFactWords = {
  answerGoesTo: (host: HtmlValue) =>
    phrase({ en: html`Your answer goes to ${host}`, de: html`Ihre Antwort geht an ${host}` }),
  answerStaysHere: (scheme: HtmlValue) =>
    phrase({
      en: html`Your answer goes to a program on this device: ${scheme}`,
      de: html`Ihre Antwort geht an ein Programm auf diesem Gerät: ${scheme}`,
    }),
  codeOnDevice: phrase({ en: 'Code on your device', de: 'Code auf Ihrem Gerät' }),
  askedThrough: (kind: 'agent' | 'client', name: HtmlValue) =>
    phrase({
      en: html`Asked through ${kind === 'agent' ? 'the agent' : 'the app'} ${name}`,
      de: html`Gefragt über ${kind === 'agent' ? 'den Agenten' : 'die App'} ${name}`,
    }),
  onlyWhenCalled: (name: HtmlValue) =>
    phrase({
      en: html`Only when called by the app ${name}. The app itself gets no access by this. Other apps that call this agent need your consent of their own.`,
      de: html`Nur bei Aufrufen durch die App ${name}. Die App selbst bekommt dadurch keinen Zugriff. Ruft eine andere App diesen Agenten auf, braucht sie Ihre eigene Zustimmung.`,
    }),
  signedInAs: phrase({ en: 'Signed in as', de: 'Angemeldet als' }),
  notYou: phrase({ en: 'Not you?', de: 'Nicht Sie?' }),
  agentSays: phrase({ en: 'The agent says, in its own words', de: 'Der Agent sagt, in seinen eigenen Worten' }),
  callsItself: (name: HtmlValue) => phrase({ en: html`It calls itself “${name}”`, de: html`Eigener Name: „${name}“` }),
  inItsOwnLetters: (host: HtmlValue) =>
    phrase({ en: html`in its own letters ${host}`, de: html`in eigenen Buchstaben ${host}` }),
  alreadyAllowed: (what: HtmlValue, until: HtmlValue) =>
    phrase({
      en: html`You already allow, until ${until}: ${what}.`,
      de: html`Sie erlauben schon, bis ${until}: ${what}.`,
    }),
  allowedButNew: (until: HtmlValue) =>
    phrase({
      en: html`You already allow the rest until ${until}. What is marked <strong>New</strong> is asked for the first time.`,
      de: html`Neues ist mit <strong>Neu</strong> markiert. Das Übrige erlauben Sie schon bis ${until}.`,
    }),
  details: phrase({ en: 'Details', de: 'Einzelheiten' }),
  permissions: (resource: HtmlValue) =>
    phrase({ en: html`Permissions at ${resource}`, de: html`Berechtigungen bei ${resource}` }),
  address: phrase({ en: 'Address of the answer', de: 'Adresse der Antwort' }),
  environment: phrase({ en: 'Environment', de: 'Umgebung' }),
  openid: phrase({ en: 'OpenID scopes', de: 'OpenID-Scopes' }),
  raw: phrase({ en: 'Raw request', de: 'Anfrage im Wortlaut' }),
};

/** A warning: what it is about in a few words, and the whole of it. */
export type Warning = { readonly line: Phrase; readonly text: Phrase };

/** What a person should know before an answer. */
export const consentWarnings = {
  choseItsName: {
    line: phrase({ en: 'Not verified', de: 'Nicht geprüft' }),
    text: phrase({
      en: 'This app is not registered here: it chose its name itself, and no administrator has checked it. Go by the site above, and by whether you just came from it.',
      de: 'Diese App ist hier nicht registriert: Ihren Namen hat sie selbst gewählt, und niemand hier hat sie geprüft. Richten Sie sich nach der Website oben und danach, ob Sie gerade von ihr kommen.',
    }),
  },
  anyProgramAsks: {
    line: phrase({ en: 'Any program on this device can ask', de: 'Jedes Programm auf diesem Gerät kann fragen' }),
    text: phrase({
      en: 'Any program on this device can ask in the name of this site, and a program on this device gets the answer.',
      de: 'Jedes Programm auf diesem Gerät kann im Namen dieser Website fragen, und ein Programm auf diesem Gerät erhält die Antwort.',
    }),
  },
  startedYourself: {
    line: phrase({
      en: 'Only continue if you started this yourself',
      de: 'Machen Sie nur weiter, wenn Sie das selbst begonnen haben',
    }),
    text: phrase({
      en: 'The code above must be the one that your own device shows. Do not give this code to people who call or write to you.',
      de: 'Ihr eigenes Gerät muss den Code oben zeigen. Niemand, der Sie anruft oder Ihnen schreibt, braucht diesen Code.',
    }),
  },
  anyProgramAnswers: (scheme: HtmlValue): Warning => ({
    line: phrase({
      en: 'A program on this device gets the answer',
      de: 'Ein Programm auf diesem Gerät erhält die Antwort',
    }),
    text: phrase({
      en: html`Any program on this device can claim “${scheme}” links. Continue only if you just started this in a program you trust.`,
      de: html`Jedes Programm auf diesem Gerät kann Links mit „${scheme}“ an sich ziehen. Machen Sie nur weiter, wenn Sie das gerade in einem Programm begonnen haben, dem Sie vertrauen.`,
    }),
  }),
  answerStaysHere: {
    line: phrase({
      en: 'A program on this device gets the answer',
      de: 'Ein Programm auf diesem Gerät erhält die Antwort',
    }),
    text: phrase({
      en: 'The answer goes to a program running on this device, not to a website. Continue only if you just started it.',
      de: 'Die Antwort geht an ein Programm, das auf diesem Gerät läuft, nicht an eine Website. Machen Sie nur weiter, wenn Sie es gerade gestartet haben.',
    }),
  },
  deceptiveName: {
    line: phrase({ en: 'Misleading name', de: 'Irreführender Name' }),
    text: phrase({
      en: 'The name holds characters that can make it look like another one. Go by the address and the owner, not by the name.',
      de: 'Der Name enthält Zeichen, durch die er wie ein anderer aussehen kann. Richten Sie sich nach Adresse und Eigentümer, nicht nach dem Namen.',
    }),
  },
  /** `hosts`: its hosts, in ASCII. */
  looksLike: (name: HtmlValue, hosts: readonly string[]): Warning => ({
    line: phrase({ en: html`Not the verified “${name}”`, de: html`Nicht der geprüfte Name „${name}“` }),
    text: phrase({
      en: html`${agentWords.looksLike(name)}${hosts.length > 0 && ` It is at ${hosts.join(' and ')}.`}`,
      de: html`${agentWords.looksLike(name)}${hosts.length > 0 && ` Er gehört zu ${hosts.join(' und ')}.`}`,
    }),
  }),
  lessThanAsked: {
    line: phrase({ en: 'It asked for more', de: 'Es wurde um mehr gebeten' }),
    text: phrase({
      en: 'It asked for more than it can be given. Only what can be given is shown.',
      de: 'Es wurde um mehr gebeten, als erlaubt werden kann. Gezeigt wird nur, was erlaubt werden kann.',
    }),
  },
  unfinished: (environment: Parameters<typeof agentWords.unfinished>[0]): Warning => ({
    line: phrase({
      en: html`Registered for ${agentWords.environments[environment]}`,
      de: html`Registriert für „${agentWords.environments[environment]}“`,
    }),
    text: agentWords.unfinished(environment),
  }),
};

/** OpenID scopes as what an app may learn; any other is shown by its name. */
const openidScopes: Readonly<Record<string, Phrase>> = {
  openid: phrase({ en: 'Confirm your identity (required)', de: 'Ihre Identität bestätigen (nötig)' }),
  profile: phrase({ en: 'Know your name and username', de: 'Ihren Namen und Benutzernamen kennen' }),
  email: phrase({ en: 'Know your e-mail address', de: 'Ihre E-Mail-Adresse kennen' }),
  groups: phrase({ en: 'Know which groups you belong to', de: 'Wissen, zu welchen Gruppen Sie gehören' }),
  offline_access: phrase({
    en: 'Keep access while you are away, until the time below is over',
    de: 'Den Zugriff behalten, während Sie nicht da sind, bis die Zeit unten um ist',
  }),
};

/** What can be narrowed. */
export const consentChoiceWords = {
  openidScopes,
  aboutYou: phrase({ en: 'About you', de: 'Über Sie' }),
  howLong: phrase({ en: 'For how long', de: 'Wie lange' }),
  wishes: phrase({ en: 'Wishes of servers that this app calls', de: 'Wünsche von Servern, die diese App aufruft' }),
  wishesExplained: (app: HtmlValue) =>
    phrase({
      en: html`You need not allow any of this. It applies only when ${app} calls the agent, and gives ${app} no access of its own.`,
      de: html`Sie müssen nichts davon erlauben. Es gilt nur, wenn ${app} den Agenten aufruft, und gibt ${app} selbst keinen Zugriff.`,
    }),
  wishOf: (agent: HtmlValue, app: HtmlValue) =>
    phrase({
      en: html`The agent ${agent} would like, when ${app} calls it, to act for you`,
      de: html`Der Agent ${agent} möchte, wenn ${app} ihn aufruft, für Sie handeln`,
    }),
  wishOfNewOwner: phrase({
    en: 'This agent has a new owner since you allowed it something. Read who owns it now.',
    de: 'Neuer Eigentümer: Dieser Agent hat den Eigentümer gewechselt, seit Sie ihm etwas erlaubt haben. Lesen Sie, wer jetzt für ihn verantwortlich ist.',
  }),
  wishAtMost: (time: HtmlValue) => phrase({ en: html`For ${time} at most.`, de: html`Höchstens für ${time}.` }),
  delegableTo: phrase({
    en: 'Delegable to other agents',
    de: 'Weitergabe an Agenten',
  }),
  /** As long as no agent is ticked. */
  noAgentChosen: phrase({ en: 'none', de: 'keine' }),
  delegableToAgents: phrase({
    en: 'Agents it may delegate this to',
    de: 'Agenten, an die es weitergegeben werden darf',
  }),
  delegatedFurther: phrase({
    en: 'An agent that gets it this way can never do more than you allow here, and stops when this ends.',
    de: 'Ein Agent, der es so bekommt, darf nie mehr, als Sie hier erlauben, und hört auf, wenn dies endet.',
  }),
  delegableDepth: phrase({
    en: 'How many times it may be delegated further',
    de: 'Wie oft es weitergegeben werden darf',
  }),
};
