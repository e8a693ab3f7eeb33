import { type HtmlValue, html, phrase } from '../html.ts';

/** Who decides about approvals for an approver who is away. */
export const awayWords = {
  title: phrase({ en: 'While I am away', de: 'Wenn ich weg bin' }),
  lead: phrase({
    en: 'Name a person who decides on requests from agents for you while you are away. They can decide only what you could, and you are still asked, too.',
    de: 'Benennen Sie jemanden, der in Ihrer Abwesenheit für Sie über Anfragen von Agenten entscheidet. Niemand kann dadurch mehr, als Sie könnten, und auch Sie selbst werden weiter gefragt.',
  }),
  mine: phrase({ en: 'Who decides for me', de: 'Wer für mich entscheidet' }),
  none: phrase({
    en: 'You have no deputy. Agents ask only you.',
    de: 'Sie haben keine Vertretung. Agenten fragen nur Sie.',
  }),
  name: phrase({ en: 'Name a person', de: 'Jemanden benennen' }),
  theirs: phrase({ en: 'People I decide for', de: 'Für wen ich entscheide' }),
  theirsLead: phrase({
    en: 'While they are away, their requests appear with yours under My approvals.',
    de: 'Deren Anfragen stehen unter „Meine Freigaben“ bei Ihren eigenen, solange sie weg sind.',
  }),
  between: (from: HtmlValue, until: HtmlValue) =>
    phrase({ en: html`From ${from} until ${until}`, de: html`Von ${from} bis ${until}` }),
  days: (first: HtmlValue, last: HtmlValue) =>
    phrase({ en: html`From ${first} to ${last}`, de: html`Vom ${first} bis zum ${last}` }),
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
    en: 'It ends early if either account is disabled, or if you sign out everywhere. A new password signs you out everywhere, too.',
    de: 'Es endet früher, wenn eines der beiden Konten gesperrt wird oder wenn Sie sich überall abmelden. Auch ein neues Passwort meldet Sie überall ab.',
  }),
  declared: phrase({
    en: 'It is in the audit log, and both of you are notified.',
    de: 'Es ist festgehalten; Sie beide werden benachrichtigt.',
  }),
  ended: phrase({
    en: 'It has ended, and both of you are notified.',
    de: 'Es ist beendet; Sie beide werden benachrichtigt.',
  }),
  newTitle: phrase({ en: 'Who decides for you?', de: 'Wer entscheidet für Sie?' }),
  newLead: phrase({
    en: 'Choose a person you trust to approve for you. Their decisions are recorded as theirs, made for you.',
    de: 'Benennen Sie nur jemanden, dem Sie Ihr Ja anvertrauen. Was diese Person entscheidet, wird als ihre Entscheidung für Sie festgehalten.',
  }),
  username: phrase({ en: 'Username of that person', de: 'Benutzername dieser Person' }),
  firstDay: phrase({ en: 'First day', de: 'Erster Tag' }),
  lastDay: phrase({ en: 'Last day', de: 'Letzter Tag' }),
  daysHint: phrase({
    en: 'Days are in UTC. 60 days at most.',
    de: 'Tage beginnen und enden nach UTC. Höchstens 60 Tage.',
  }),
  save: phrase({ en: 'Let this person decide for me', de: 'Diese Person für mich entscheiden lassen' }),
  cancel: phrase({ en: 'Cancel', de: 'Abbrechen' }),
  aDay: phrase({ en: 'Enter a day such as 2026-12-24.', de: 'Ein Tag, wie 2026-12-24.' }),
};
