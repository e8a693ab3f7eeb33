import { type HtmlValue, html, phrase } from '../html.ts';

/** The test of a workload token: which agent it authenticates, by which rule, or which check fails. */
export const workloadTestWords = {
  title: phrase({ en: 'Test a workload token', de: 'Workload-Token prüfen' }),
  lead: phrase({
    en: 'Which agent would this token authenticate, and by which rule? The server checks it as at the token endpoint, gives no token for it, and stores and logs nothing of it.',
    de: 'Welchen Agenten würde dieses Token authentifizieren, und durch welche Regel? Der Server prüft es wie am Token-Endpunkt, gibt kein Token dafür und speichert und protokolliert nichts davon.',
  }),
  token: phrase({ en: 'Workload token', de: 'Workload-Token' }),
  tokenHint: phrase({
    en: 'A JWT of the platform, for example the token of a Kubernetes service account or a CI job.',
    de: 'Ein JWT der Plattform, etwa das Token eines Dienstkontos von Kubernetes oder eines CI-Laufs.',
  }),
  test: phrase({ en: 'Test', de: 'Prüfen' }),
  again: phrase({ en: 'Test another token', de: 'Ein anderes Token prüfen' }),
  good: phrase({ en: 'An agent can authenticate with it', de: 'Ein Agent kann sich damit authentifizieren' }),
  bad: phrase({ en: 'No agent can authenticate with it', de: 'Kein Agent kann sich damit authentifizieren' }),
  failedCheck: phrase({ en: 'Failed check', de: 'Nicht bestandene Prüfung' }),
  why: phrase({ en: 'Why', de: 'Grund' }),
  issuer: phrase({ en: 'Trusted issuer', de: 'Vertrauter Aussteller' }),
  noIssuer: phrase({ en: 'none with this iss', de: 'keiner mit diesem iss' }),
  subject: phrase({ en: 'Subject', de: 'Subjekt' }),
  matches: phrase({ en: 'Agents that it authenticates', de: 'Agenten, die es authentifiziert' }),
  needsClientId: phrase({
    en: 'Several agents have such a rule: the caller must name one with client_id.',
    de: 'Mehrere Agenten haben eine solche Regel: Der Aufrufer muss einen mit client_id nennen.',
  }),
  near: phrase({ en: 'Rules that it misses', de: 'Regeln, die es verfehlt' }),
  nearLead: phrase({
    en: 'The subject fits these rules, and another claim does not.',
    de: 'Zu diesen Regeln passt das Subjekt, ein anderer Claim aber nicht.',
  }),
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  credential: phrase({ en: 'Credential', de: 'Nachweis' }),
  rule: phrase({ en: 'Rule', de: 'Regel' }),
  claim: (name: HtmlValue, rule: HtmlValue) => phrase({ en: html`${name} ${rule}`, de: html`${name} ${rule}` }),
  rules: {
    equals: (text: HtmlValue) => phrase({ en: html`is ${text}`, de: html`ist ${text}` }),
    like: (text: HtmlValue) => phrase({ en: html`fits ${text}`, de: html`passt zu ${text}` }),
    oneOf: (texts: HtmlValue) => phrase({ en: html`is one of ${texts}`, de: html`ist eines von ${texts}` }),
    contains: (text: HtmlValue) => phrase({ en: html`contains ${text}`, de: html`enthält ${text}` }),
  },
};
