import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

type Risk = 'low' | 'medium' | 'high' | 'critical';

/** The questions about one action, wherever an approval is shown. */
export const approvalFactWords = {
  risks: {
    low: phrase({ en: 'The service rates this as harmless.', de: 'Der Dienst stuft das als harmlos ein.' }),
    medium: phrase({
      en: 'The service rates this as a change worth a look.',
      de: 'Der Dienst stuft das als Änderung ein, die einen Blick wert ist.',
    }),
    high: phrase({
      en: 'The service rates this as hard to undo, or costly.',
      de: 'Der Dienst stuft das als schwer umkehrbar oder teuer ein.',
    }),
    critical: phrase({
      en: 'The service rates this as impossible to undo, or very costly.',
      de: 'Der Dienst stuft das als unumkehrbar oder sehr teuer ein.',
    }),
  } satisfies Readonly<Record<Risk, Phrase>>,
  unreadable: (name: HtmlValue) =>
    phrase({
      en: html`${name}, which is not registered any more`,
      de: html`${name}, nicht mehr registriert`,
    }),
  something: phrase({ en: 'Something', de: 'Etwas' }),
  and: phrase({ en: 'and', de: 'und' }),
  moreBelow: (count: number) => phrase({ en: `${count} more, below`, de: `${count} weitere, siehe unten` }),
  isCut: phrase({
    en: 'It is too long for a sentence: read all of it here',
    de: 'Zu lang für einen Satz: Lesen Sie hier alles',
  }),
  exactly: phrase({ en: 'Raw request', de: 'Anfrage im Wortlaut' }),
  allDetails: (id: string) => phrase({ en: `All details of ${id}`, de: `Alle Einzelheiten von ${id}` }),
  amountTo: (amount: HtmlValue, payee: HtmlValue) =>
    phrase({ en: html`${amount} to ${payee}`, de: html`${amount} an ${payee}` }),
  toPayee: (payee: HtmlValue) => phrase({ en: html`to ${payee}`, de: html`an ${payee}` }),
  asksFor: (agent: HtmlValue, resource: HtmlValue) =>
    phrase({
      en: html`${agent} asks to do this for you at ${resource}`,
      de: html`${agent} möchte das bei ${resource} für Sie tun`,
    }),
  asksForOther: (agent: HtmlValue, person: HtmlValue, resource: HtmlValue) =>
    phrase({
      en: html`${agent} asks to do this for ${person} at ${resource}`,
      de: html`${agent} möchte das bei ${resource} für ${person} tun`,
    }),
  expires: (near: HtmlValue) => phrase({ en: html`Expires ${near}`, de: html`Läuft ${near} ab` }),
  askedThrough: phrase({ en: 'Asked through', de: 'Gefragt über' }),
  of: (owner: HtmlValue) => phrase({ en: html`of ${owner}`, de: html`von ${owner}` }),
  wouldAct: phrase({ en: 'would act', de: 'würde handeln' }),
  for: phrase({ en: 'For', de: 'Für' }),
  you: phrase({ en: 'you', de: 'Sie' }),
  asked: phrase({ en: 'Asked', de: 'Gefragt' }),
  permission: phrase({ en: 'Permission', de: 'Berechtigung' }),
  more: phrase({ en: 'Agent, owner and times', de: 'Agent, Eigentümer und Zeiten' }),
  decideUntil: phrase({ en: 'Decide until', de: 'Frist' }),
  thenOver: (until: HtmlValue) =>
    phrase({ en: html`${until}; then the request expires`, de: html`bis ${until}; danach läuft die Anfrage ab` }),
  yesIsGood: phrase({ en: 'Approval valid', de: 'Freigabe gilt' }),
  onceWithin: (duration: HtmlValue) =>
    phrase({
      en: html`for this one action, one time, within ${duration}`,
      de: html`nur für diese Handlung, ein einziges Mal, ${duration} lang`,
    }),
  says: phrase({
    en: 'The agent says about this request, in its own words',
    de: 'Der Agent sagt zu dieser Anfrage, in seinen eigenen Worten',
  }),
};
