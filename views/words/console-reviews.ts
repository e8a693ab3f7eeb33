import { type HtmlValue, html, phrase } from '../html.ts';

/** Access reviews: their list, one of them, and its items. */
export const reviewWords = {
  title: phrase({ en: 'Access reviews', de: 'Zugriffsprüfungen' }),
  review: phrase({ en: 'Access review', de: 'Zugriffsprüfung' }),
  lead: phrase({
    en: 'Reviewers decide which access of people agents keep. What they end or narrow stops working at once.',
    de: 'Prüfende entscheiden, welchen Zugriff Agenten für Personen behalten. Was sie beenden oder einschränken, gilt sofort nicht mehr.',
  }),
  none: phrase({ en: 'No access reviews yet.', de: 'Noch keine Zugriffsprüfungen.' }),
  make: phrase({ en: 'Begin a review', de: 'Prüfung beginnen' }),
  makeTitle: phrase({ en: 'Begin an access review', de: 'Zugriffsprüfung beginnen' }),
  makeLead: phrase({
    en: 'Reviewers decide about each delegation that matches: they keep, narrow or end it.',
    de: 'Prüfende entscheiden über jede passende Delegation: Sie behalten sie, schränken sie ein oder beenden sie.',
  }),
  begin: phrase({ en: 'Begin the review', de: 'Prüfung beginnen' }),
  name: phrase({ en: 'Name', de: 'Name' }),
  selection: phrase({ en: 'Which delegations', de: 'Welche Delegationen' }),
  selectionLead: phrase({
    en: 'Delegations match if they fit all fields. Leave all empty to review every delegation of a person.',
    de: 'Eine Delegation passt, wenn sie zu allen Feldern passt. Bleiben alle leer, werden alle Delegationen von Personen geprüft.',
  }),
  deciding: phrase({ en: 'Who decides', de: 'Wer entscheidet' }),
  timing: phrase({ en: 'Until when', de: 'Bis wann' }),
  owner: phrase({ en: 'Owner of the agent', de: 'Eigentümer des Agenten' }),
  person: phrase({ en: 'Person', de: 'Person' }),
  personHint: phrase({ en: 'The agent acts on their behalf.', de: 'In ihrem Namen handelt der Agent.' }),
  resource: phrase({ en: 'API', de: 'API' }),
  environment: phrase({ en: 'Environment', de: 'Umgebung' }),
  risk: phrase({ en: 'Risk', de: 'Risiko' }),
  leastRisk: phrase({ en: 'Least risk', de: 'Mindestrisiko' }),
  olderThan: phrase({ en: 'Given for at least', de: 'Erteilt seit mindestens' }),
  unusedFor: phrase({ en: 'Not used for', de: 'Nicht benutzt seit' }),
  days: phrase({ en: 'days', de: 'Tage' }),
  any: phrase({ en: 'any', de: 'egal' }),
  everything: phrase({ en: 'everything that agents hold for people', de: 'alles, was Agenten für Personen haben' }),
  reviewers: phrase({ en: 'Reviewers', de: 'Prüfende' }),
  rules: {
    operators: phrase({ en: 'operators', de: 'Betrieb' }),
    manager: phrase({ en: 'the manager of the owner', de: 'die Führungskraft des Eigentümers' }),
    group: phrase({ en: 'a group', de: 'eine Gruppe' }),
  },
  group: phrase({ en: 'Group', de: 'Gruppe' }),
  groupHint: phrase({
    en: 'With “a group”, its members decide. With “the manager”, they decide for owners without a manager.',
    de: 'Bei „eine Gruppe“ entscheiden ihre Mitglieder. Bei „die Führungskraft“ entscheiden sie für Eigentümer, die keine haben.',
  }),
  ownerDecides: phrase({ en: 'Owners may decide about their agents', de: 'Eigentümer entscheiden auch selbst' }),
  usual: phrase({ en: 'Without a decision', de: 'Ohne Entscheidung' }),
  defaults: {
    keep: phrase({ en: 'keep it', de: 'behalten' }),
    end: phrase({ en: 'end it', de: 'beenden' }),
  },
  dueIn: phrase({ en: 'Due in', de: 'Fällig in' }),
  repeat: phrase({ en: 'Repeat after', de: 'Wiederholen nach' }),
  due: phrase({ en: 'Due', de: 'Fällig' }),
  state: phrase({ en: 'State', de: 'Zustand' }),
  states: {
    preparing: phrase({ en: 'preparing', de: 'in Vorbereitung' }),
    open: phrase({ en: 'open', de: 'offen' }),
    completed: phrase({ en: 'completed', de: 'abgeschlossen' }),
    cancelled: phrase({ en: 'cancelled', de: 'abgebrochen' }),
  },
  progress: phrase({ en: 'Progress', de: 'Fortschritt' }),
  openOf: (open: string, all: number) => phrase({ en: `${open} of ${all} open`, de: `${open} von ${all} offen` }),
  readSoFar: (read: number, items: number) =>
    phrase({
      en: `The server makes the items: ${items} so far, of ${read} delegations that it has read. Reload to see more.`,
      de: `Der Server legt die Einträge an: bisher ${items}, aus ${read} gelesenen Delegationen. Neu laden zeigt mehr.`,
    }),
  counted: phrase({ en: 'Decided', de: 'Entschieden' }),
  willEnd: (items: string, anHour: number, due: HtmlValue) =>
    phrase({
      en: html`From ${due} on, the server ends what is still open, ${items} now: at most ${String(anHour)} an hour.`,
      de: html`Ab ${due} beendet der Server, was noch offen ist, jetzt ${items}: höchstens ${String(anHour)} in der Stunde.`,
    }),
  willEndAll: (items: string, due: HtmlValue) =>
    phrase({
      en: html`From ${due} on, the server ends all that is still open at once, ${items} now.`,
      de: html`Ab ${due} beendet der Server auf einmal alles, was noch offen ist, jetzt ${items}.`,
    }),
  items: phrase({ en: 'Items', de: 'Einträge' }),
  noItems: phrase({ en: 'There are no items.', de: 'Es gibt keine Einträge.' }),
  nextAt: phrase({ en: 'Next review begins', de: 'Nächste Prüfung beginnt' }),
  createdBy: phrase({ en: 'Created by', de: 'Angelegt von' }),
  completedAt: phrase({ en: 'Ended', de: 'Beendet' }),
  figures: phrase({ en: 'How reviewers decide', de: 'Wie entschieden wird' }),
  reviewer: phrase({ en: 'Reviewer', de: 'Prüfende Person' }),
  decidedCount: phrase({ en: 'Decided', de: 'Entschieden' }),
  keptCount: phrase({ en: 'Kept', de: 'Behalten' }),
  seconds: phrase({ en: 'Time for each item', de: 'Zeit je Eintrag' }),
  inSeconds: (seconds: number) => phrase({ en: `${seconds} s`, de: `${seconds} s` }),
  hasty: phrase({ en: 'keeps nearly all in a moment', de: 'behält fast alles im Nu' }),
  confirm: phrase({ en: 'End all at once when due', de: 'Bei Fälligkeit alles beenden' }),
  confirmAsked: (name: HtmlValue) =>
    phrase({
      en: html`End all open items of ${name} at once when it is due?`,
      de: html`Alle offenen Einträge von ${name} bei Fälligkeit auf einmal beenden?`,
    }),
  confirmLead: (items: string) =>
    phrase({
      en: `Open now: ${items}. When the review is due, all items that are still open end at once, with their tokens.`,
      de: `Jetzt offen: ${items}. Wenn die Prüfung fällig ist, enden alle dann noch offenen Einträge auf einmal, mit ihren Tokens.`,
    }),
  cancel: phrase({ en: 'Cancel the review', de: 'Prüfung abbrechen' }),
  cancelAsked: (name: HtmlValue) => phrase({ en: html`Cancel ${name}?`, de: html`${name} abbrechen?` }),
  cancelLead: phrase({
    en: 'Open items stay as they are. What was decided stays decided. It does not repeat.',
    de: 'Offene Einträge bleiben, wie sie sind. Entschiedenes bleibt entschieden. Sie wiederholt sich nicht.',
  }),
} as const;

/** Items of access reviews, and the decisions about them. */
export const reviewItemWords = {
  title: phrase({ en: 'Access to review', de: 'Zugriff zu prüfen' }),
  lead: phrase({
    en: 'Decide what these agents keep. What you end or narrow stops working at once.',
    de: 'Entscheiden Sie, was diese Agenten behalten. Was Sie beenden oder einschränken, gilt sofort nicht mehr.',
  }),
  none: phrase({ en: 'Nothing waits for you.', de: 'Nichts wartet auf Sie.' }),
  item: phrase({ en: 'Item of a review', de: 'Eintrag einer Prüfung' }),
  advice: {
    end: (since: HtmlValue) =>
      phrase({
        en: html`The agent has used none of it since ${since}. Ending it interrupts no current work.`,
        de: html`Der Agent hat nichts davon benutzt seit ${since}. Das Beenden unterbricht keine laufende Arbeit.`,
      }),
    narrow: (since: HtmlValue, unused: number, all: number) =>
      phrase({
        en: html`The agent has not used ${unused} of ${all} scopes since ${since}. Narrow it to what the agent uses.`,
        de: html`Der Agent hat ${unused} von ${all} Scopes nicht benutzt seit ${since}. Schränken Sie auf das ein, was er benutzt.`,
      }),
    transfer: () =>
      phrase({
        en: 'The agent has no owner. Offer it to another owner, or end what it holds.',
        de: 'Der Agent hat keinen Eigentümer. Bieten Sie ihn jemandem an, oder beenden Sie, was er hat.',
      }),
  },
  heading: (agent: HtmlValue, person: HtmlValue) =>
    phrase({ en: html`${agent} for ${person}`, de: html`${agent} für ${person}` }),
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  person: phrase({ en: 'On behalf of', de: 'Im Namen von' }),
  api: phrase({ en: 'API', de: 'API' }),
  holds: phrase({ en: 'Holds', de: 'Hat' }),
  used: phrase({ en: 'Last used', de: 'Zuletzt benutzt' }),
  notSince: (at: HtmlValue) => phrase({ en: html`not since ${at}`, de: html`nicht seit ${at}` }),
  unused: phrase({ en: 'Not used', de: 'Nicht benutzt' }),
  unusedOf: (unused: number, all: number, since: HtmlValue) =>
    phrase({
      en: html`${unused} of ${all} scopes not used since ${since}`,
      de: html`${unused} von ${all} Scopes nicht benutzt seit ${since}`,
    }),
  allUsed: phrase({ en: 'all scopes used', de: 'alle Scopes benutzt' }),
  given: phrase({ en: 'Given', de: 'Erteilt' }),
  ends: phrase({ en: 'Ends', de: 'Endet' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  ownerGone: phrase({ en: 'gone', de: 'nicht mehr da' }),
  findings: phrase({ en: 'Findings', de: 'Befunde' }),
  due: phrase({ en: 'Decide by', de: 'Zu entscheiden bis' }),
  endsWithIt: phrase({ en: 'Ends as well', de: 'Endet ebenfalls' }),
  tokens: phrase({ en: 'its access tokens', de: 'seine Access-Tokens' }),
  redelegations: (count: number, isMore: boolean) =>
    phrase({
      en: `${count}${isMore ? ' or more' : ''} ${count === 1 ? 're-delegation' : 're-delegations'}`,
      de: `${count}${isMore ? ' oder mehr' : ''} ${count === 1 ? 'Weitergabe' : 'Weitergaben'}`,
    }),
  reviewer: phrase({ en: 'Decides', de: 'Entscheidet' }),
  operators: phrase({ en: 'operators', de: 'Betrieb' }),
  decision: phrase({ en: 'Decision', de: 'Entscheidung' }),
  reason: phrase({ en: 'Reason', de: 'Grund' }),
  removed: phrase({ en: 'Removed', de: 'Entfernt' }),
  offeredTo: phrase({ en: 'Offered to', de: 'Angeboten an' }),
  replayed: ({
    tokens,
    changed,
    isMore,
  }: {
    readonly tokens: number;
    readonly changed: number;
    readonly isMore: boolean;
  }) =>
    changed === 0
      ? phrase({
          en: `Replayed without them: none of ${tokens}${isMore ? ' or more' : ''} tokens would have been different.`,
          de: `Ohne sie nachgespielt: Keines von ${tokens}${isMore ? ' oder mehr' : ''} Tokens wäre anders gewesen.`,
        })
      : phrase({
          en: `Replayed without them: ${changed} of ${tokens}${isMore ? ' or more' : ''} tokens would have had less, below this delegation too.`,
          de: `Ohne sie nachgespielt: ${changed} von ${tokens}${isMore ? ' oder mehr' : ''} Tokens hätten weniger gehabt, auch unter dieser Vollmacht.`,
        }),
  offers: {
    offered: phrase({ en: 'not accepted yet', de: 'noch nicht angenommen' }),
    accepted: phrase({ en: 'accepted', de: 'angenommen' }),
    withdrawn: phrase({ en: 'withdrawn or declined', de: 'zurückgezogen oder abgelehnt' }),
    lapsed: phrase({ en: 'not answered in time', de: 'nicht rechtzeitig beantwortet' }),
  },
  offerBack: phrase({
    en: 'The offer came to nothing, so the agent keeps its owner, and the access is as before. Decide again.',
    de: 'Aus dem Angebot wurde nichts: Der Agent behält seinen Eigentümer, und der Zugriff ist wie vorher. Entscheiden Sie noch einmal.',
  }),
  undoRefused: (time: HtmlValue) =>
    phrase({
      en: html`An undo came to nothing ${time}: the person, a kill or a change of owner had decided. The access stays ended. The person can consent again when the agent asks.`,
      de: html`Ein Zurücknehmen blieb ohne Wirkung (${time}): Die Person, ein Kill oder ein neuer Eigentümer hatte entschieden. Der Zugriff bleibt beendet. Die Person kann wieder zustimmen, wenn der Agent fragt.`,
    }),
  byDefault: phrase({ en: 'by the default of the review', de: 'durch die Vorgabe der Prüfung' }),
  outstanding: phrase({
    en: 'The effect is outstanding. The server completes it within seconds.',
    de: 'Die Wirkung steht aus. Der Server holt sie in Sekunden nach.',
  }),
  delegation: phrase({ en: 'Delegation', de: 'Delegation' }),
  newDelegation: phrase({ en: 'New delegation', de: 'Neue Delegation' }),
  states: {
    open: phrase({ en: 'open', de: 'offen' }),
    kept: phrase({ en: 'kept', de: 'behalten' }),
    narrowed: phrase({ en: 'narrowed', de: 'eingeschränkt' }),
    offered: phrase({ en: 'offered', de: 'angeboten' }),
    transferred: phrase({ en: 'transferred', de: 'übergeben' }),
    ended: phrase({ en: 'ended', de: 'beendet' }),
    over: phrase({ en: 'ended before', de: 'vorher beendet' }),
    undone: phrase({ en: 'undone', de: 'zurückgenommen' }),
  },
  act: phrase({ en: 'What to do', de: 'Was zu tun ist' }),
  decide: phrase({ en: 'Decide', de: 'Entscheiden' }),
  keep: phrase({ en: 'Keep', de: 'Behalten' }),
  narrow: phrase({ en: 'Narrow', de: 'Einschränken' }),
  transfer: phrase({ en: 'Offer to another owner', de: 'Anderem Eigentümer anbieten' }),
  end: phrase({ en: 'End', de: 'Beenden' }),
  assign: phrase({ en: 'Hand to another reviewer', de: 'Anderen Prüfenden geben' }),
  undo: phrase({ en: 'Undo', de: 'Zurücknehmen' }),
  narrowAsked: (name: HtmlValue) =>
    phrase({ en: html`Narrow what ${name} may do?`, de: html`Einschränken, was ${name} darf?` }),
  narrowLead: phrase({
    en: 'Tick what to remove. Scopes that were not used for 30 days or more are ticked.',
    de: 'Kreuzen Sie an, was wegfällt. Was 30 Tage oder länger nicht benutzt wurde, ist angekreuzt.',
  }),
  remove: phrase({ en: 'Remove', de: 'Entfernen' }),
  transferAsked: (name: HtmlValue) =>
    phrase({ en: html`Offer ${name} to another owner?`, de: html`${name} einem anderen Eigentümer anbieten?` }),
  transferLead: phrase({
    en: 'They accept or decline. After they accept, each person confirms them before the agent acts again.',
    de: 'Er nimmt an oder lehnt ab. Nach der Annahme bestätigt ihn jede Person, bevor der Agent wieder handelt.',
  }),
  newOwner: phrase({ en: 'New owner', de: 'Neuer Eigentümer' }),
  nameHint: phrase({ en: 'A username, or the name of a group.', de: 'Ein Benutzername oder der Name einer Gruppe.' }),
  endAsked: (name: HtmlValue) =>
    phrase({ en: html`End what ${name} holds here?`, de: html`Beenden, was ${name} hier hat?` }),
  endLead: phrase({
    en: 'It and all below it end at once, with their tokens. An operator can undo that within 24 hours.',
    de: 'Es endet sofort, mit allem darunter und den Tokens. Der Betrieb kann das 24 Stunden lang zurücknehmen.',
  }),
  assignAsked: (name: HtmlValue) =>
    phrase({ en: html`Who should decide about ${name}?`, de: html`Wer soll über ${name} entscheiden?` }),
  assignLead: phrase({
    en: 'The item leaves your list. They see it in theirs.',
    de: 'Der Eintrag verschwindet aus Ihrer Liste und steht in der anderen.',
  }),
  to: phrase({ en: 'Reviewer', de: 'Prüfende Person' }),
  undoAsked: (name: HtmlValue) =>
    phrase({ en: html`Let ${name} act again?`, de: html`${name} wieder handeln lassen?` }),
  undoLead: phrase({
    en: 'The person is told, and gets a new delegation with the same rights. The ended one and its tokens stay dead.',
    de: 'Die Person erfährt es und bekommt eine neue Delegation mit denselben Rechten. Die beendete und ihre Tokens bleiben beendet.',
  }),
  reasonField: phrase({ en: 'Reason', de: 'Grund' }),
  reasonHint: phrase({ en: 'It stays in the audit log.', de: 'Er bleibt im Protokoll.' }),
} as const;

/** Confirmations of what was done about reviews and items. */
export const reviewDoneWords = {
  reviewBegun: phrase({
    en: 'Begun. The server makes the items.',
    de: 'Begonnen. Der Server legt die Einträge an.',
  }),
  reviewConfirmed: phrase({
    en: 'Confirmed. The default applies to all open items when the review is due.',
    de: 'Bestätigt. Die Vorgabe gilt für alle offenen Einträge, wenn die Prüfung fällig ist.',
  }),
  reviewCancelled: phrase({ en: 'Cancelled.', de: 'Abgebrochen.' }),
  itemKept: phrase({ en: 'Kept.', de: 'Behalten.' }),
  itemNarrowed: phrase({
    en: 'Narrowed. Tokens with these scopes stop working.',
    de: 'Eingeschränkt. Tokens mit diesen Scopes gelten nicht mehr.',
  }),
  itemTransferred: phrase({
    en: 'Offered. Until it is accepted nothing changes.',
    de: 'Angeboten. Bis zur Annahme ändert sich nichts.',
  }),
  itemEnded: phrase({ en: 'Ended, with its tokens.', de: 'Beendet, mit den Tokens.' }),
  itemAssigned: phrase({ en: 'Handed to another reviewer.', de: 'Anderen Prüfenden gegeben.' }),
  itemUndone: phrase({
    en: 'Undone. The person has a new delegation.',
    de: 'Zurückgenommen. Die Person hat eine neue Delegation.',
  }),
} as const;
