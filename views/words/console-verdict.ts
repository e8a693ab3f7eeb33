import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** The answer of a simulation as one sentence: the verdict and its first reason. */
export const verdictWords = {
  yes: phrase({ en: 'Yes', de: 'Ja' }),
  yesFor: (time: Phrase) => phrase({ en: html`Yes, for at most ${time}`, de: html`Ja, für höchstens ${time}` }),
  part: (reason: Phrase) => phrase({ en: html`Only in part: ${reason}`, de: html`Nur zum Teil: ${reason}` }),
  no: (reason: Phrase) => phrase({ en: html`No: ${reason}`, de: html`Nein: ${reason}` }),
  /** The description of a scope inside a sentence. */
  quoted: (text: HtmlValue) => phrase({ en: html`“${text}”`, de: html`„${text}“` }),
  further: phrase({ en: 'Further reasons', de: 'Weitere Gründe' }),

  notConsented: (person: HtmlValue, rights: HtmlValue) =>
    phrase({
      en: html`${person} has not consented to ${rights}`,
      de: html`${person} hat nicht eingewilligt in ${rights}`,
    }),
  notEntitled: (person: HtmlValue, rights: HtmlValue) =>
    phrase({ en: html`${person} may not: ${rights}`, de: html`${person} darf selbst nicht: ${rights}` }),
  accountDisabled: (person: HtmlValue) =>
    phrase({ en: html`the account of ${person} is disabled`, de: html`das Konto von ${person} ist gesperrt` }),
  agentLacks: (caller: HtmlValue, rights: HtmlValue) =>
    phrase({
      en: html`${caller} is not registered for ${rights}`,
      de: html`${caller} ist nicht registriert für ${rights}`,
    }),
  blueprintForbids: (caller: HtmlValue, rights: HtmlValue) =>
    phrase({
      en: html`the blueprint or the ceilings of ${caller} do not allow ${rights}`,
      de: html`Blueprint oder Obergrenzen von ${caller} erlauben nicht: ${rights}`,
    }),
  wrongEnvironment: (caller: HtmlValue, server: HtmlValue) =>
    phrase({
      en: html`${server} does not accept agents of the environment of ${caller}`,
      de: html`${server} nimmt keine Agenten aus der Umgebung von ${caller} an`,
    }),
  needsApproval: (rights: HtmlValue) =>
    phrase({
      en: html`an approval is needed each time for ${rights}`,
      de: html`jedes Mal nötig ist eine Freigabe für ${rights}`,
    }),
  appNotAllowed: (rights: HtmlValue) =>
    phrase({
      en: html`the person has not allowed the app ${rights}`,
      de: html`die Person hat der App nicht erlaubt: ${rights}`,
    }),
  noSuchScope: (server: HtmlValue, rights: HtmlValue) =>
    phrase({ en: html`${server} has no scope ${rights}`, de: html`${server} kennt keine Berechtigung ${rights}` }),
  noPolicyPermits: (rights: HtmlValue) =>
    phrase({ en: html`no policy permits ${rights}`, de: html`keine Richtlinie erlaubt ${rights}` }),
  policyForbids: (rights: HtmlValue) =>
    phrase({ en: html`a policy forbids ${rights}`, de: html`eine Richtlinie verbietet ${rights}` }),
  policyNeedsApproval: (rights: HtmlValue) =>
    phrase({
      en: html`a policy requires an approval for ${rights}`,
      de: html`eine Richtlinie verlangt eine Freigabe für ${rights}`,
    }),
  policyNeedsAttestation: (rights: HtmlValue) =>
    phrase({
      en: html`a policy requires an attested composition for ${rights}`,
      de: html`eine Richtlinie verlangt eine attestierte Zusammensetzung für ${rights}`,
    }),
  policyNeedsSignIn: (rights: HtmlValue) =>
    phrase({
      en: html`a policy requires a stronger or more recent sign-in for ${rights}`,
      de: html`eine Richtlinie verlangt eine stärkere oder frischere Anmeldung für ${rights}`,
    }),
  noPolicies: phrase({ en: 'no policy set is active', de: 'kein Richtliniensatz ist aktiv' }),

  notActive: (who: HtmlValue, state: HtmlValue) =>
    phrase({
      en: html`${who} is ${state}, so the server refuses all its requests`,
      de: html`${who} ist ${state}, daher lehnt der Server alle Anfragen ab`,
    }),
  links: {
    agent: phrase({ en: 'Open the agent', de: 'Agenten öffnen' }),
    app: phrase({ en: 'Open the app', de: 'App öffnen' }),
    blueprint: phrase({ en: 'Open the blueprint', de: 'Blueprint öffnen' }),
    person: phrase({ en: 'Open the person', de: 'Person öffnen' }),
    server: phrase({ en: 'Open the API', de: 'API öffnen' }),
    consented: phrase({ en: 'Simulate as if consented', de: 'So simulieren, als wäre eingewilligt' }),
    policies: phrase({ en: 'Open the policies', de: 'Richtlinien öffnen' }),
    draft: phrase({ en: 'Draft a policy', de: 'Richtlinie entwerfen' }),
    approver: phrase({ en: 'Who can approve this?', de: 'Wer kann das freigeben?' }),
  },
  afterConsent: phrase({ en: 'allowed after consent', de: 'nach Einwilligung erlaubt' }),
};
