import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** An action that a set permits to no caller. */
export type PolicyGap = 'act' | 'administer' | 'register' | 'approve';

/** Versions of the policies. */
export const policyPageWords = {
  title: phrase({ en: 'Policies', de: 'Richtlinien' }),
  lead: phrase({
    en: 'Policies narrow what registration, blueprints and consent allow. They never add a right.',
    de: 'Richtlinien schränken ein, was Registrierung, Blueprints und Einwilligung erlauben. Sie fügen kein Recht hinzu.',
  }),
  states: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    draft: phrase({ en: 'draft', de: 'Entwurf' }),
    archived: phrase({ en: 'archived', de: 'archiviert' }),
  },
  switchedOff: phrase({
    en: html`<strong>Switched off.</strong> Decisions on this server do not ask policies: <code>policy.enforcement</code> is off.`,
    de: html`<strong>Abgeschaltet.</strong> Entscheidungen auf diesem Server fragen keine Richtlinien: <code>policy.enforcement</code> ist aus.`,
  }),
  nothingCounts: phrase({ en: 'Nothing is active', de: 'Nichts ist aktiv' }),
  nothingAllowed: phrase({
    en: 'No version is active, so nothing is allowed.',
    de: 'Keine Version ist aktiv, also ist nichts erlaubt.',
  }),
  /** By the action that no policy permits. */
  gaps: {
    act: phrase({
      en: html`<strong>No agent or client gets a token:</strong> no policy permits <code>act</code>.`,
      de: html`<strong>Niemand bekommt ein Token:</strong> Keine Richtlinie erlaubt <code>act</code>.`,
    }),
    administer: phrase({
      en: html`<strong>No account or client can change anything here:</strong> no policy permits <code>administer</code>. Only <code>behalf policy rollback --local</code> on the machine ends that.`,
      de: html`<strong>Niemand kann hier etwas ändern:</strong> Keine Richtlinie erlaubt <code>administer</code>. Das beendet nur <code>behalf policy rollback --local</code> auf dem Rechner selbst.`,
    }),
    register: phrase({
      en: html`<strong>Nothing new is registered:</strong> no policy permits <code>register</code>, so neither agents nor apps come in.`,
      de: html`<strong>Nichts Neues wird registriert:</strong> Keine Richtlinie erlaubt <code>register</code>, also kommen weder Agenten noch Apps hinzu.`,
    }),
    approve: phrase({
      en: html`<strong>No person can approve anything:</strong> no policy permits <code>approve</code>, so agents get nothing that needs an approval. The starter set permits it to every person in <code>people-approve</code>.`,
      de: html`<strong>Niemand kann etwas freigeben:</strong> Keine Richtlinie erlaubt <code>approve</code>, also bekommen Agenten nichts, was das Ja einer Person braucht. Der mitgelieferte Satz erlaubt es allen in <code>people-approve</code>.`,
    }),
  } satisfies Readonly<Record<PolicyGap, Phrase>>,
  counts: (version: number) => phrase({ en: `Version ${version} is active`, de: `Version ${version} ist aktiv` }),
  since: (time: HtmlValue, who: HtmlValue) =>
    phrase({ en: html`Since ${time}, activated by ${who}.`, de: html`Seit ${time}, aktiviert von ${who}.` }),
  sinceFirstStart: (time: HtmlValue) =>
    phrase({
      en: html`Since ${time}: the server activated it at its first start.`,
      de: html`Seit ${time}: Der Server hat sie bei seinem ersten Start aktiviert.`,
    }),
  sinceOnMachine: (time: HtmlValue) =>
    phrase({
      en: html`Since ${time}, activated on the machine of the server.`,
      de: html`Seit ${time}, aktiviert auf dem Rechner des Servers.`,
    }),
  waits: (version: HtmlValue) =>
    phrase({
      en: html`${version} is a draft and not active yet.`,
      de: html`${version} ist ein Entwurf und noch nicht aktiv.`,
    }),
  quoted: (text: string) => phrase({ en: `“${text}”`, de: `„${text}“` }),
  read: phrase({ en: 'View', de: 'Ansehen' }),
  rollBack: (version: number) => phrase({ en: `Roll back to version ${version}`, de: `Zurück zu Version ${version}` }),
  versions: phrase({ en: 'Versions', de: 'Versionen' }),
  draftOne: phrase({ en: 'Draft a version', de: 'Version entwerfen' }),
  version: phrase({ en: 'Version', de: 'Version' }),
  versionNumber: (version: number) => phrase({ en: `Version ${version}`, de: `Version ${version}` }),
  state: phrase({ en: 'State', de: 'Zustand' }),
  why: phrase({ en: 'Why', de: 'Warum' }),
  drafted: phrase({ en: 'Drafted', de: 'Entworfen' }),
  titleOf: (version: number) => phrase({ en: `Policies, version ${version}`, de: `Richtlinien, Version ${version}` }),
  draftedBy: (time: HtmlValue, who: HtmlValue) =>
    phrase({ en: html`drafted ${time} by ${who}`, de: html`entworfen ${time} von ${who}` }),
  makeCount: phrase({ en: 'Activate', de: 'Aktivieren' }),
  makeCountAgain: phrase({ en: 'Activate again', de: 'Wieder aktivieren' }),
  edit: phrase({ en: 'Edit', de: 'Bearbeiten' }),
  draftFrom: phrase({ en: 'New draft from this version', de: 'Neuer Entwurf aus dieser Version' }),
  tryIt: phrase({ en: 'Simulate', de: 'Simulieren' }),
  replayIt: phrase({ en: 'Replay', de: 'Wiederholen' }),
  says: phrase({ en: 'What it says', de: 'Was sie sagt' }),
  text: phrase({ en: 'Text', de: 'Text' }),
  textOf: (version: number) => phrase({ en: `Text of version ${version}`, de: `Text von Version ${version}` }),
  differs: phrase({ en: 'How it differs', de: 'Worin sie sich unterscheidet' }),
  from: phrase({ en: 'From', de: 'Von' }),
  compare: phrase({ en: 'Compare', de: 'Vergleichen' }),
  activateTitle: (version: number) =>
    phrase({ en: `Activate version ${version}`, de: `Version ${version} aktivieren` }),
  activateAsked: (version: number) =>
    phrase({ en: `Activate version ${version}?`, de: `Version ${version} aktivieren?` }),
  activating: (replaces: number | undefined) =>
    phrase({
      en: `${replaces === undefined ? 'Nothing is active now.' : `It replaces version ${replaces}.`} Every decision from then on asks it, on all nodes. You can roll back at any time.`,
      de: `${replaces === undefined ? 'Jetzt ist keine Version aktiv.' : `Sie tritt an die Stelle von Version ${replaces}.`} Von da an fragt jede Entscheidung sie, auf allen Knoten. Sie können jederzeit zurück.`,
    }),
  checked: phrase({ en: 'checked', de: 'geprüft' }),
  checkedClean: phrase({
    en: 'Syntax and schema are correct. The check found no warning.',
    de: 'Syntax und Schema stimmen. Die Prüfung fand keine Warnung.',
  }),
  checkedWarnings: (count: number) =>
    phrase({
      en: html`<strong>The check found ${count} ${count === 1 ? 'warning' : 'warnings'}.</strong>`,
      de: html`<strong>Die Prüfung fand ${count} ${count === 1 ? 'Warnung' : 'Warnungen'}.</strong>`,
    }),
  line: (line: number) => phrase({ en: `Line ${line}`, de: `Zeile ${line}` }),
  notSure: (href: string) =>
    phrase({
      en: html`Not sure? <a href="${href}">Replay it over the last days</a> first.`,
      de: html`Nicht sicher? <a href="${href}">Spielen Sie sie zuerst über die letzten Tage nach</a>.`,
    }),
  thoseThatCount: phrase({ en: 'The active version', de: 'Die aktive Version' }),
  /** In a field, with the note of the draft's author. */
  option: (version: number, state: 'draft' | 'active' | 'archived', note = '') => {
    const said = note === '' ? '' : `: ${note}`;
    return phrase({
      en: `Version ${version}${state === 'active' ? ', active' : state === 'draft' ? ', draft' : ''}${said}`,
      de: `Version ${version}${state === 'active' ? ', aktiv' : state === 'draft' ? ', Entwurf' : ''}${said}`,
    });
  },
  cancel: phrase({ en: 'Cancel', de: 'Abbrechen' }),
};
