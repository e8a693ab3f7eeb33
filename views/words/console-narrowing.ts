import { type HtmlValue, html, phrase } from '../html.ts';

/** Single rights taken from a delegation or a grant: what stays, what ends with it, and the confirmation. */
export const narrowWords = {
  narrow: phrase({ en: 'Remove rights', de: 'Rechte entziehen' }),
  choose: (holder: HtmlValue, person: HtmlValue) =>
    phrase({ en: html`Remove rights of ${holder} for ${person}`, de: html`${holder} Rechte für ${person} entziehen` }),
  chooseLead: (since: HtmlValue) =>
    phrase({
      en: html`Given ${since}. Clear the rights to remove. Nothing changes until you confirm.`,
      de: html`Erteilt ${since}. Entfernen Sie die Haken der Rechte, die enden sollen. Erst Ihre Bestätigung ändert etwas.`,
    }),
  stays: phrase({ en: 'Rights to keep', de: 'Rechte, die bleiben' }),
  ends: phrase({ en: 'Rights to remove', de: 'Rechte, die enden' }),
  aboutPerson: phrase({ en: 'About the person', de: 'Angaben zur Person' }),
  signInStays: phrase({
    en: 'The sign-in itself and its duration stay. They end with the whole access.',
    de: 'Die Anmeldung selbst und ihre Dauer bleiben. Sie enden mit dem ganzen Zugriff.',
  }),
  /** By name, of what an app may know. */
  knows: {
    profile: phrase({ en: 'Name and username', de: 'Name und Benutzername' }),
    email: phrase({ en: 'E-mail address', de: 'E-Mail-Adresse' }),
    groups: phrase({ en: 'Groups', de: 'Gruppen' }),
  },
  next: phrase({ en: 'Preview', de: 'Vorschau' }),
  change: phrase({ en: 'Change the choice', de: 'Auswahl ändern' }),
  asked: (count: number, holder: HtmlValue, person: HtmlValue) =>
    phrase({
      en: html`Remove ${count} ${count === 1 ? 'right' : 'rights'} of ${holder} for ${person}?`,
      de: html`${holder} ${count} ${count === 1 ? 'Recht' : 'Rechte'} für ${person} entziehen?`,
    }),
  /** `at`: of the last token. Absent: there was none. */
  askedLead: (at: HtmlValue | undefined, holder: HtmlValue, person: HtmlValue) =>
    at === undefined
      ? phrase({
          en: html`${holder} has had no token with these rights yet. Only a new consent of ${person} gives a right back.`,
          de: html`${holder} hatte noch kein Token mit diesen Rechten. Nur eine neue Einwilligung von ${person} gibt ein Recht zurück.`,
        })
      : phrase({
          en: html`Tokens that carry one of these rights stop working at once. The last token was issued ${at}. Only a new consent of ${person} gives a right back.`,
          de: html`Tokens mit einem dieser Rechte gelten sofort nicht mehr. Das letzte Token wurde ${at} ausgestellt. Nur eine neue Einwilligung von ${person} gibt ein Recht zurück.`,
        }),
  remove: (count: number) =>
    phrase({
      en: `Remove ${count} ${count === 1 ? 'right' : 'rights'}`,
      de: `${count} ${count === 1 ? 'Recht' : 'Rechte'} entziehen`,
    }),
  instances: (count: number, isMore: boolean) =>
    phrase({
      en: `${count}${isMore ? ' or more' : ''} running ${count === 1 && !isMore ? 'instance loses' : 'instances lose'} the same.`,
      de: `${count}${isMore ? ' oder mehr' : ''} laufende ${count === 1 && !isMore ? 'Instanz verliert' : 'Instanzen verlieren'} dasselbe.`,
    }),
  below: phrase({ en: 'Agents below lose it too', de: 'Agenten darunter verlieren es auch' }),
  noneBelow: phrase({
    en: 'No agent below has one of these rights.',
    de: 'Kein Agent darunter hat eines dieser Rechte.',
  }),
  moreBelow: phrase({
    en: 'There may be further ones. They lose these rights, too.',
    de: 'Es kann weitere geben. Auch sie verlieren diese Rechte.',
  }),
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  loses: phrase({ en: 'Loses', de: 'Verliert' }),
  keeps: phrase({ en: 'Keeps', de: 'Behält' }),
  nothing: phrase({ en: 'nothing, so it can do nothing here any more', de: 'nichts, er kann hier also nichts mehr' }),
  /** Of a re-delegation: the agent whose delegation it is cut from. */
  through: (agent: HtmlValue) => phrase({ en: html`Through ${agent}`, de: html`Über ${agent}` }),
  another: phrase({ en: 'another agent', de: 'einen anderen Agenten' }),
  untickOne: phrase({
    en: 'No right is cleared yet. Clear at least one.',
    de: 'Noch sind alle Haken gesetzt. Entfernen Sie mindestens einen.',
  }),
  keepOne: phrase({
    en: 'Nothing would stay. Keep at least one right, or end the whole access.',
    de: 'Es bliebe nichts. Behalten Sie mindestens ein Recht, oder beenden Sie den ganzen Zugriff.',
  }),
  changed: phrase({
    en: 'Its rights have changed in the meantime. Nothing was removed. Choose again.',
    de: 'Die Rechte haben sich inzwischen geändert. Es wurde nichts entzogen. Wählen Sie neu.',
  }),
  over: phrase({ en: 'It has already ended.', de: 'Er ist schon beendet.' }),
  single: phrase({
    en: 'No right of it can end without the others. End the whole access instead.',
    de: 'Kein Recht davon kann ohne die anderen enden. Beenden Sie stattdessen den ganzen Zugriff.',
  }),
  isHop: phrase({
    en: 'This is a re-delegation: what it may do is cut from the delegation above it. Narrow that one.',
    de: 'Das ist eine Weitergabe: Was sie erlaubt, ergibt sich aus der Delegation darüber. Schränken Sie jene ein.',
  }),
  toFirst: phrase({ en: 'Narrow the delegation above', de: 'Die Delegation darüber einschränken' }),
  endWhole: phrase({ en: 'End the whole access', de: 'Den ganzen Zugriff beenden' }),
  back: phrase({ en: 'Back', de: 'Zurück' }),
  /** On the page of an agent. */
  fromPeople: phrase({ en: 'What people allow it', de: 'Was Personen ihm erlauben' }),
  fromPeopleLead: phrase({
    en: 'It acts for these people. Its effective permissions above limit each of these.',
    de: 'Für diese Personen handelt er. Die wirksamen Berechtigungen darüber begrenzen jede davon.',
  }),
  allFromPeople: phrase({ en: 'All of them', de: 'Alle' }),
  person: phrase({ en: 'Person', de: 'Person' }),
  where: phrase({ en: 'API', de: 'API' }),
  rights: phrase({ en: 'Scopes', de: 'Berechtigungen' }),
  until: phrase({ en: 'Expires', de: 'Läuft ab' }),
  handedOn: phrase({ en: 're-delegated', de: 'weitergegeben' }),
};

export const narrowDoneWords = {
  rightsRemoved: phrase({
    en: 'Removed. Tokens with these rights have stopped working.',
    de: 'Entzogen. Tokens mit diesen Rechten gelten nicht mehr.',
  }),
};
