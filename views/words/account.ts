import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';
import { eventPhrase } from './audit-events.ts';
import { askedEachTime } from './decision-layers.ts';

/** `/account`: what agents and apps may do, and recent activity. */
export const accountWords = {
  waiting: (count: number) =>
    phrase({
      en: count === 1 ? 'An agent waits for your decision.' : `${count} requests wait for your decision.`,
      de: count === 1 ? 'Ein Agent wartet auf Ihre Entscheidung.' : `${count} Anfragen warten auf Ihre Entscheidung.`,
    }),
  look: (count: number) => phrase({ en: `Review ${count === 1 ? 'it' : 'them'}`, de: 'Ansehen' }),
  ended: phrase({
    en: 'Access revoked, with all re-delegations of it.',
    de: 'Zugriff beendet, mit allem, was davon weitergegeben wurde.',
  }),
  wasOver: phrase({ en: 'It had ended before.', de: 'Es war schon beendet.' }),
  allowed: phrase({ en: 'Allowed. The agent can go on now.', de: 'Erlaubt. Der Agent kann jetzt weitermachen.' }),
  denied: phrase({ en: 'Denied. Nothing was allowed.', de: 'Abgelehnt. Es wurde nichts erlaubt.' }),
  narrowed: phrase({
    en: 'Taken away. Tokens that carried it are invalid. New tokens carry what is left.',
    de: 'Entzogen. Tokens, die es enthielten, sind ungültig; die nächsten enthalten, was übrig ist.',
  }),
  nothingChosen: phrase({
    en: 'Nothing was chosen, and nothing was taken away.',
    de: 'Es war nichts ausgewählt, und es wurde nichts entzogen.',
  }),
  addressConfirmed: phrase({
    en: 'Your address was confirmed. The server notified the former address.',
    de: 'Ihre Adresse wurde bestätigt. Der vorigen wurde es mitgeteilt.',
  }),
  passwordChanged: phrase({
    en: 'Your password was changed. All earlier sessions ended.',
    de: 'Ihr Passwort wurde geändert. Alle Sitzungen von vorher sind beendet.',
  }),
};

/** Which allowed rights are effective now, and how the person removes single ones. */
export const narrowingWords = {
  stopped: (why: HtmlValue) =>
    phrase({
      en: html`<strong>Allowed by you, but stopped at present.</strong> ${why}`,
      de: html`<strong>Von Ihnen erlaubt, zurzeit aber gesperrt.</strong> ${why}`,
    }),
  takeAway: phrase({ en: 'Take single rights away', de: 'Einzelne Rechte entziehen' }),
  whatHappens: phrase({
    en: 'What you choose ends at once, with all re-delegations of it. For more the agent must ask you again.',
    de: 'Was Sie wählen, endet sofort, mit allem, was davon weitergegeben wurde. Für mehr muss wieder gefragt werden.',
  }),
  knowledge: phrase({ en: 'What it may know of you', de: 'Was von Ihnen bekannt sein darf' }),
  takeThese: phrase({ en: 'Take these away', de: 'Diese entziehen' }),
  used: (at: HtmlValue) => phrase({ en: html`Last used ${at}.`, de: html`Zuletzt benutzt ${at}.` }),
  neverUsed: phrase({ en: 'Not used yet.', de: 'Noch nicht benutzt.' }),
};

/** Why an allowed right is blocked at present: a need, or a layer without a text of its own (decision-layers.ts). */
export const stoppedWords = {
  approval: askedEachTime,
  attestation: phrase({ en: 'Needs an attested agent.', de: 'Braucht einen attestierten Agenten.' }),
  step_up: phrase({ en: 'Needs a stronger sign-in.', de: 'Braucht eine stärkere Anmeldung.' }),
  other: phrase({ en: 'Not permitted at present.', de: 'Zurzeit nicht erlaubt.' }),
};

export const accountAgentWords = {
  title: phrase({ en: 'Agents that act for me', de: 'Agenten, die für mich handeln' }),
  none: phrase({
    en: 'No agent may act for you. When one asks, you see who it is and what it wants before you decide; what you allow is then listed here, and can be ended here.',
    de: 'Kein Agent darf für Sie handeln. Fragt einer, sehen Sie, wer er ist und was er will, bevor Sie entscheiden; was Sie erlauben, steht dann hier und kann hier beendet werden.',
  }),
  nothingNow: phrase({ en: 'No access at present', de: 'Zurzeit kein Zugriff' }),
  brief: (rights: HtmlValue, until: HtmlValue) =>
    phrase({ en: html`${rights} · until ${until}`, de: html`${rights} · bis ${until}` }),
  revokeAll: phrase({ en: 'Revoke all', de: 'Alles beenden' }),
  allOf: (agent: string) => phrase({ en: `that ${agent} holds of you`, de: `was ${agent} von Ihnen hat` }),
  sinceUntil: (since: HtmlValue, until: HtmlValue) =>
    phrase({ en: html`Since ${since}, until ${until}.`, de: html`Seit ${since}, bis ${until}.` }),
  whenCalledBy: (app: HtmlValue) =>
    phrase({ en: html`Only when called by ${app}.`, de: html`Nur bei Aufrufen durch ${app}.` }),
  mayBeDelegatedFurther: (agents: HtmlValue) =>
    phrase({ en: html`May be delegated further to ${agents}.`, de: html`Darf weitergegeben werden an ${agents}.` }),
  delegatedFurtherTo: phrase({ en: 'Delegated further to', de: 'Weitergegeben an' }),
  below: (owner: HtmlValue, resource: HtmlValue, until: HtmlValue) =>
    phrase({
      en: html`owned by ${owner}, at ${resource}, until ${until}`,
      de: html`gehört ${owner}, bei ${resource}, bis ${until}`,
    }),
  revoke: phrase({ en: 'Revoke', de: 'Beenden' }),
  what: (agent: string, resource: string) =>
    phrase({ en: `what ${agent} may do at ${resource}`, de: `was ${agent} bei ${resource} tun darf` }),
};

/** OpenID scopes as what an app knows; any other is shown by its name. */
const knows: Readonly<Record<string, Phrase>> = {
  openid: phrase({ en: 'that it is you', de: 'dass Sie es sind' }),
  profile: phrase({ en: 'name and username', de: 'Name und Benutzername' }),
  email: phrase({ en: 'e-mail address', de: 'E-Mail-Adresse' }),
  groups: phrase({ en: 'groups', de: 'Gruppen' }),
  offline_access: phrase({ en: 'access while you are away', de: 'Zugriff, während Sie nicht da sind' }),
};

/** The navigation of the account pages. */
export const accountPlaceWords = {
  places: {
    agents: phrase({ en: 'Agents and apps', de: 'Agenten und Apps' }),
    approvals: phrase({ en: 'Approvals', de: 'Freigaben' }),
    activity: phrase({ en: 'Activity', de: 'Aktivitäten' }),
    transactions: phrase({ en: 'Transactions', de: 'Vorgänge' }),
    security: phrase({ en: 'Sign-in and security', de: 'Anmeldung und Sicherheit' }),
    sessions: phrase({ en: 'Where you are signed in', de: 'Wo Sie angemeldet sind' }),
    notifications: phrase({ en: 'Notifications', de: 'Benachrichtigungen' }),
    away: phrase({ en: 'While I am away', de: 'Wenn ich weg bin' }),
  },
  groups: {
    signIn: phrase({ en: 'Sign-in', de: 'Anmeldung' }),
    reaching: phrase({ en: 'How to reach me', de: 'Wie man mich erreicht' }),
    own: phrase({ en: 'Console', de: 'Konsole' }),
  },
  agentsIOwn: phrase({ en: 'Agents I own', de: 'Meine Agenten' }),
};

export const accountAppWords = {
  title: phrase({ en: 'Apps with access', de: 'Apps mit Zugriff' }),
  none: phrase({
    en: 'No app holds access. Apps you sign in to with this account are listed here.',
    de: 'Keine App hat Zugriff. Apps, bei denen Sie sich mit diesem Konto anmelden, stehen hier.',
  }),
  unasked: phrase({
    en: 'An administrator lets this app in without asking you. Once you end it, it has to ask you.',
    de: 'Die Administration lässt diese App ohne Rückfrage zu. Nach dem Beenden muss sie Sie fragen.',
  }),
  accessOf: (app: string) => phrase({ en: `access of ${app}`, de: `Zugriff von ${app}` }),
  knows,
  itKnows: (all: HtmlValue) => phrase({ en: html`Knows: ${all}.`, de: html`Weiß von Ihnen: ${all}.` }),
  sinceUntil: (since: HtmlValue, until: HtmlValue, signIns: number) =>
    phrase({
      en: html`Since ${since}, until ${until}${signIns > 1 && `, from ${signIns} sign-ins`}.`,
      de: html`Seit ${since}, bis ${until}${signIns > 1 && `, aus ${signIns} Anmeldungen`}.`,
    }),
};

export const activityWords = {
  title: phrase({ en: 'Activity', de: 'Aktivitäten' }),
  lead: phrase({
    en: 'What happened in your name and with your account, newest first.',
    de: 'Was in Ihrem Namen und mit Ihrem Konto geschah, das Neueste zuerst.',
  }),
  none: phrase({
    en: 'Nothing has happened yet. Sign-ins, consents and every token an agent asks for in your name will be listed here.',
    de: 'Noch ist nichts geschehen. Anmeldungen, Einwilligungen und jedes Token, um das ein Agent in Ihrem Namen bittet, werden hier stehen.',
  }),
  show: phrase({ en: 'Show', de: 'Zeigen' }),
  everything: phrase({ en: 'Everything', de: 'Alles' }),
  refusals: phrase({ en: 'Refusals only', de: 'Nur Ablehnungen' }),
  noRefusals: phrase({ en: 'No refusal here.', de: 'Hier keine Ablehnung.' }),
  when: phrase({ en: 'Time (UTC)', de: 'Zeit (UTC)' }),
  what: phrase({ en: 'What', de: 'Was' }),
  who: phrase({ en: 'Who', de: 'Wer' }),
  where: phrase({ en: 'Where', de: 'Wo' }),
  you: phrase({ en: 'You', de: 'Sie' }),
};

const named = <const Type extends string>(...types: readonly Type[]): Readonly<Record<Type, Phrase>> =>
  Object.fromEntries(types.map((type) => [type, eventPhrase(type)])) as Record<Type, Phrase>;

/** Audit events that a person sees, by their type: the usual text, or a text that addresses the person it happened to. */
export const ownActivity = {
  ...named(
    'token.issued',
    'token.refused',
    'token.replayed',
    'session.started',
    'session.refused',
    'session.ended',
    'session.stepped_up',
    'step_up.confirmed',
    'step_up.declined',
    'account.sessions_ended',
    'delegation.created',
    'delegation.extended',
    'delegation.narrowed',
    'delegation.kept',
    'delegation.suspended',
    'delegation.confirmed',
    'delegation.revoked',
    'factor.added',
    'factor.removed',
    'factor.recovery_codes_made',
  ),
  'consent.granted': phrase({ en: 'Access allowed', de: 'Zugriff erlaubt' }),
  'consent.denied': phrase({ en: 'Access denied', de: 'Zugriff abgelehnt' }),
  'grant.narrowed': phrase({ en: 'Rights of an app taken away', de: 'Einer App Rechte entzogen' }),
  'grant.revoked': phrase({ en: 'Access of an app ended', de: 'Zugriff einer App beendet' }),
  'approval.requested': phrase({
    en: 'An agent asked for an approval',
    de: 'Ein Agent hat um eine Freigabe gebeten',
  }),
  'approval.approved': phrase({ en: 'An action was approved', de: 'Eine Handlung wurde freigegeben' }),
  'approval.denied': phrase({ en: 'An action was denied', de: 'Eine Handlung wurde abgelehnt' }),
  'approval.cancelled': phrase({
    en: 'An agent took its request back',
    de: 'Ein Agent hat seine Anfrage zurückgenommen',
  }),
  'approval.muted': phrase({
    en: 'An agent was denied so often that it may not ask for a day',
    de: 'Ein Agent wurde so oft abgelehnt, dass er einen Tag lang nicht fragen darf',
  }),
  'approval.used': phrase({
    en: 'An approved action was carried out',
    de: 'Eine freigegebene Handlung wurde ausgeführt',
  }),
  'account.password_changed': phrase({ en: 'Password changed', de: 'Passwort geändert' }),
  'session.factor_asked': phrase({
    en: 'Password accepted, second factor requested',
    de: 'Passwort richtig, zweiter Faktor verlangt',
  }),
  'factor.copied': phrase({
    en: 'A passkey was stopped, because there may be a copy of it',
    de: 'Ein Passkey wurde gesperrt, weil es vielleicht eine Kopie gibt',
  }),
  'upstream_link.created': phrase({
    en: 'Connected with an account at another provider',
    de: 'Mit einem Konto bei einem Anmeldedienst verbunden',
  }),
  'upstream_link.removed': phrase({
    en: 'Disconnected from an account at another provider',
    de: 'Von einem Konto bei einem Anmeldedienst getrennt',
  }),
  'consent.asked_again': phrase({
    en: 'An app that did not ask has to ask from now on',
    de: 'Eine App, die nicht gefragt hat, muss von nun an fragen',
  }),
  'account_link.created': phrase({
    en: 'Linked to a person at another organisation',
    de: 'Mit einer Person bei einer anderen Organisation verknüpft',
  }),
  'account_link.removed': phrase({
    en: 'Link to a person at another organisation ended',
    de: 'Verknüpfung mit einer Person bei einer anderen Organisation beendet',
  }),
  'push.added': phrase({
    en: 'Browser notifications on',
    de: 'Benachrichtigungen im Browser eingeschaltet',
  }),
  'push.removed': phrase({
    en: 'Browser notifications off',
    de: 'Benachrichtigungen im Browser ausgeschaltet',
  }),
  'notification.chosen': phrase({ en: 'Notifications chosen', de: 'Benachrichtigungen ausgewählt' }),
  'factor.all_removed': phrase({
    en: 'All second factors removed by an administrator',
    de: 'Alle zweiten Faktoren von der Administration entfernt',
  }),
};
