import { type HtmlValue, html, phrase } from '../html.ts';

/** Who decides about approvals for an approver who is away. */
export const awayWords = {
  title: phrase({ en: 'While I am away', de: 'Wenn ich weg bin' }),
  lead: phrase({
    en: 'Name a person who decides about requests of agents for you, between two days. They can decide only what you could decide, and agents still ask you, too.',
    de: 'Benennen Sie jemanden, der zwischen zwei Tagen für Sie über Anfragen von Agenten entscheidet. Niemand kann dadurch mehr, als Sie könnten, und auch Sie selbst werden weiter gefragt.',
  }),
  mine: phrase({ en: 'Who decides for me', de: 'Wer für mich entscheidet' }),
  none: phrase({
    en: 'You have no deputy. Agents ask only you.',
    de: 'Sie haben keine Vertretung. Agenten fragen nur Sie.',
  }),
  name: phrase({ en: 'Name a person', de: 'Jemanden benennen' }),
  theirs: phrase({ en: 'For whom I decide', de: 'Für wen ich entscheide' }),
  theirsLead: phrase({
    en: 'Their requests stand among yours under My approvals while they are away.',
    de: 'Deren Anfragen stehen unter „Meine Freigaben“ bei Ihren eigenen, solange sie weg sind.',
  }),
  between: (from: HtmlValue, until: HtmlValue) =>
    phrase({ en: html`From ${from} until ${until}`, de: html`Von ${from} bis ${until}` }),
  /** `last` is absent where it is the first day. */
  days: (first: HtmlValue, last: HtmlValue | undefined) =>
    last === undefined
      ? phrase({ en: html`On ${first}`, de: html`Am ${first}` })
      : phrase({ en: html`From ${first} to ${last}`, de: html`Vom ${first} bis zum ${last}` }),
  states: {
    planned: phrase({ en: 'to come', de: 'steht bevor' }),
    current: phrase({ en: 'now', de: 'jetzt' }),
    over: phrase({ en: 'over', de: 'vorbei' }),
    ended: phrase({ en: 'ended', de: 'beendet' }),
    void: phrase({ en: 'no longer valid', de: 'gilt nicht mehr' }),
  },
  end: phrase({ en: 'End it', de: 'Beenden' }),
  endAbout: (name: HtmlValue) => phrase({ en: html`that with ${name}`, de: html`mit ${name}` }),
  ends: phrase({
    en: 'It also ends when one of you is disabled, and when all your sessions are ended, as by a new password.',
    de: 'Es endet auch, wenn einer von Ihnen gesperrt wird und wenn alle Ihre Sitzungen beendet werden, etwa durch ein neues Passwort.',
  }),
  declared: phrase({
    en: 'The audit log records it, and the server notifies both of you.',
    de: 'Es ist festgehalten; Sie beide werden benachrichtigt.',
  }),
  ended: phrase({
    en: 'It ended, and the server notifies both of you.',
    de: 'Es ist beendet; Sie beide werden benachrichtigt.',
  }),
  newTitle: phrase({ en: 'Who decides for you?', de: 'Wer entscheidet für Sie?' }),
  newLead: phrase({
    en: 'Name only a person whom you trust to approve for you. What they decide is recorded as theirs, for you.',
    de: 'Benennen Sie nur jemanden, dem Sie Ihr Ja anvertrauen. Was diese Person entscheidet, wird als ihre Entscheidung für Sie festgehalten.',
  }),
  username: phrase({ en: 'Username of that person', de: 'Benutzername dieser Person' }),
  firstDay: phrase({ en: 'First day', de: 'Erster Tag' }),
  lastDay: phrase({ en: 'Last day', de: 'Letzter Tag' }),
  daysHint: phrase({
    en: 'Days begin and end by UTC. 60 days at most.',
    de: 'Tage beginnen und enden nach UTC. Höchstens 60 Tage.',
  }),
  save: phrase({ en: 'Let this person decide for me', de: 'Diese Person für mich entscheiden lassen' }),
  cancel: phrase({ en: 'Cancel', de: 'Abbrechen' }),
  aDay: phrase({ en: 'A day, as in 2026-12-24.', de: 'Ein Tag, wie 2026-12-24.' }),
};
