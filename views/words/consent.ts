import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';
import { agentWords } from './agent.ts';

/** The consent page, and the text around the choices. */
export const consentWords = {
  title: phrase({ en: 'Allow access', de: 'Zugriff erlauben' }),
  agentAsks: phrase({ en: 'An agent asks to act for you', de: 'Ein Agent möchte für Sie handeln' }),
  appAsksForAgent: phrase({
    en: 'An app asks that an agent may act for you',
    de: 'Eine App bittet darum, dass ein Agent für Sie handeln darf',
  }),
  appAsks: phrase({ en: 'An app asks for access', de: 'Eine App bittet um Zugriff' }),
  deny: phrase({ en: 'Deny', de: 'Ablehnen' }),
  allow: phrase({ en: 'Allow what is ticked', de: 'Angehaktes erlauben' }),
  canBeEnded: phrase({
    en: 'You can end this at any time under My account.',
    de: 'Unter „Mein Konto“ können Sie das jederzeit beenden.',
  }),
  nothingToAllow: phrase({
    en: 'This server cannot give anything of what the request asks for, so there is nothing to allow. Go back. If you need this, tell the people who run the app or this server which access it needs.',
    de: 'Von dem, worum gebeten wird, kann dieser Server nichts geben. Es gibt also nichts zu erlauben. Gehen Sie zurück. Wenn Sie das brauchen, sagen Sie den Betreibern der App oder dieses Servers, welchen Zugriff sie braucht.',
  }),
  back: phrase({ en: 'Go back', de: 'Zurück' }),
  nothingTicked: phrase({
    en: 'Nothing is ticked. Tick what you allow, or deny.',
    de: 'Nichts ist angehakt. Haken Sie an, was Sie erlauben, oder lehnen Sie ab.',
  }),
  beforeYouDecide: phrase({ en: 'Before you decide', de: 'Bevor Sie entscheiden' }),
};

/** Who asks, and where the answer goes. */
export const consentFactWords = {
  answerGoesTo: phrase({ en: 'Your answer is sent to', de: 'Ihre Antwort geht an' }),
  answerStaysHere: phrase({
    en: 'Your answer is sent to a program on this device',
    de: 'Ihre Antwort geht an ein Programm auf diesem Gerät',
  }),
  codeOnDevice: phrase({ en: 'Code on your device', de: 'Code auf Ihrem Gerät' }),
  wantsToActAt: phrase({ en: 'It wants to act at', de: 'Gehandelt werden soll bei' }),
  askedThrough: phrase({ en: 'Asked through', de: 'Gefragt über' }),
  theOne: (kind: 'agent' | 'client', name: HtmlValue) =>
    phrase({
      en: html`${kind === 'agent' ? 'the agent' : 'the app'} ${name}`,
      de: html`${kind === 'agent' ? 'den Agenten' : 'die App'} ${name}`,
    }),
  countsWhenCalledBy: phrase({ en: 'Only when called by', de: 'Nur bei Aufrufen durch' }),
  countsOnlyThen: (name: HtmlValue) =>
    phrase({
      en: html`the app ${name}. The app itself gets no access by this. Other apps that call this agent need your consent of their own.`,
      de: html`die App ${name}. Die App selbst bekommt dadurch keinen Zugriff. Ruft eine andere App diesen Agenten auf, braucht sie Ihre eigene Zustimmung.`,
    }),
  signedInAs: phrase({ en: 'Signed in as', de: 'Angemeldet als' }),
  notYou: phrase({ en: 'Not you?', de: 'Das sind nicht Sie?' }),
  agentSays: phrase({ en: 'The agent says, in its own words', de: 'Der Agent sagt, in seinen eigenen Worten' }),
  whoWillAct: phrase({ en: 'Who will act for you', de: 'Wer für Sie handeln wird' }),
  siteAsks: phrase({
    en: 'An app of this site asks. No administrator has checked it',
    de: 'Eine App dieser Website fragt. Niemand hier hat sie geprüft',
  }),
  inItsOwnLetters: (host: HtmlValue) =>
    phrase({ en: html`in its own letters ${host}`, de: html`in eigenen Buchstaben ${host}` }),
};

/** What a person should know before an answer. */
export const consentWarnings = {
  choseItsName: phrase({
    en: 'This app is not registered here: it chose its name itself. Go by the site above, and by whether you just came from it.',
    de: 'Diese App ist hier nicht registriert: Ihren Namen hat sie selbst gewählt. Richten Sie sich nach der Website oben und danach, ob Sie gerade von ihr kommen.',
  }),
  anyProgramAsks: phrase({
    en: 'Any program on this device can ask in the name of this site.',
    de: 'Jedes Programm auf diesem Gerät kann im Namen dieser Website fragen.',
  }),
  startedYourself: phrase({
    en: 'Only continue if you started this yourself and the code above is the one your own device shows. Do not give this code to people who call or write to you.',
    de: 'Machen Sie nur weiter, wenn Sie das selbst begonnen haben und Ihr eigenes Gerät den Code oben zeigt. Niemand, der Sie anruft oder Ihnen schreibt, braucht diesen Code.',
  }),
  anyProgramAnswers: (scheme: HtmlValue) =>
    phrase({
      en: html`Any program on this device can claim “${scheme}” links. Continue only if you just started this in a program you trust.`,
      de: html`Jedes Programm auf diesem Gerät kann Links mit „${scheme}“ an sich ziehen. Machen Sie nur weiter, wenn Sie das gerade in einem Programm begonnen haben, dem Sie vertrauen.`,
    }),
  answerStaysHere: phrase({
    en: 'The answer goes to a program running on this device, not to a website. Continue only if you just started it.',
    de: 'Die Antwort geht an ein Programm, das auf diesem Gerät läuft, nicht an eine Website. Machen Sie nur weiter, wenn Sie es gerade gestartet haben.',
  }),
  deceptiveName: phrase({
    en: 'The name holds characters that can make it look like another one. Go by the address and the owner, not by the name.',
    de: 'Der Name enthält Zeichen, durch die er wie ein anderer aussehen kann. Richten Sie sich nach Adresse und Eigentümer, nicht nach dem Namen.',
  }),
  /** `hosts`: its hosts, in ASCII. */
  looksLike: (name: HtmlValue, hosts: readonly string[]) =>
    phrase({
      en: html`${agentWords.looksLike(name)}${hosts.length > 0 && ` It is at ${hosts.join(' and ')}.`}`,
      de: html`${agentWords.looksLike(name)}${hosts.length > 0 && ` Er gehört zu ${hosts.join(' und ')}.`}`,
    }),
  lessThanAsked: phrase({
    en: 'It asked for more than it can be given. Only what can be given is shown.',
    de: 'Es wurde um mehr gebeten, als erlaubt werden kann. Gezeigt wird nur, was erlaubt werden kann.',
  }),
};

/** OpenID scopes as what an app may learn; any other is shown by its name. */
const openidScopes: Readonly<Record<string, Phrase>> = {
  openid: phrase({ en: 'Know that it is you who signed in', de: 'Wissen, dass Sie sich angemeldet haben' }),
  profile: phrase({ en: 'Know your name and username', de: 'Ihren Namen und Benutzernamen kennen' }),
  email: phrase({ en: 'Know your e-mail address', de: 'Ihre E-Mail-Adresse kennen' }),
  groups: phrase({ en: 'Know which groups you belong to', de: 'Wissen, zu welchen Gruppen Sie gehören' }),
  offline_access: phrase({
    en: 'Keep access while you are away, until the time below is over',
    de: 'Den Zugriff behalten, während Sie nicht da sind, bis die Zeit unten um ist',
  }),
};

type Left = { readonly critical: number; readonly high: number };

/** What can be narrowed. */
export const consentChoiceWords = {
  openidScopes,
  aboutYou: phrase({ en: 'About you', de: 'Über Sie' }),
  howLong: phrase({ en: 'For how long', de: 'Wie lange' }),
  wishes: phrase({ en: 'Wishes of servers that this app calls', de: 'Wünsche von Servern, die diese App aufruft' }),
  wishesExplained: (app: HtmlValue) =>
    phrase({
      en: html`You need not allow any of this. It counts only when ${app} calls the agent, and gives ${app} no access of its own.`,
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
    en: 'May it be delegated further, to other agents?',
    de: 'Darf es an andere Agenten weitergegeben werden?',
  }),
  notUnlessYouChoose: phrase({ en: 'Not unless you choose', de: 'Nur wenn Sie welche wählen' }),
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
  notTicked: ({ critical, high }: Left) =>
    phrase({
      en: `Not ticked: ${[critical > 0 && countEn(critical, 'critical'), high > 0 && countEn(high, 'high')].filter(Boolean).join(' and ')}. Tick one only if you want it to happen in your name.`,
      de: `Nicht angehakt: ${[critical > 0 && countDe(critical, 'kritischem'), high > 0 && countDe(high, 'hohem')].filter(Boolean).join(' und ')}. Haken Sie nur an, was in Ihrem Namen geschehen soll.`,
    }),
};

const countEn = (count: number, risk: string): string =>
  `${count} ${count === 1 ? 'permission' : 'permissions'} of ${risk} risk`;
const countDe = (count: number, risk: string): string =>
  `${count} ${count === 1 ? 'Berechtigung' : 'Berechtigungen'} mit ${risk} Risiko`;
