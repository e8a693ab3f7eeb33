import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

const some = (count: number): Phrase =>
  phrase({
    en: `${count} ${count === 1 ? 'delegation' : 'delegations'}`,
    de: `${count} ${count === 1 ? 'Delegation' : 'Delegationen'}`,
  });

/** The end of several delegations: the choice in the list, the preview, and the result. */
export const delegationBulkWords = {
  title: phrase({ en: 'End several delegations', de: 'Mehrere Delegationen beenden' }),
  choose: (agent: HtmlValue, person: HtmlValue) =>
    phrase({ en: html`Choose ${agent} for ${person}`, de: html`${agent} für ${person} auswählen` }),
  chooseAll: phrase({ en: 'Choose all on this page', de: 'Alle dieser Seite auswählen' }),
  withChosen: phrase({ en: 'With the chosen delegations', de: 'Mit den ausgewählten Delegationen' }),
  end: phrase({ en: 'End', de: 'Beenden' }),
  endSome: (count: number) => phrase({ en: html`End ${some(count)}`, de: html`${some(count)} beenden` }),
  asked: (count: number) => phrase({ en: html`End ${some(count)}?`, de: html`${some(count)} beenden?` }),
  lead: phrase({
    en: 'The agents lose this access and its tokens at once. Only a new consent of the person gives it back.',
    de: 'Die Agenten verlieren diesen Zugriff und seine Tokens sofort. Nur eine neue Einwilligung der Person gibt ihn zurück.',
  }),
  nothingChosen: phrase({
    en: 'No delegation is chosen. Tick some in the list first.',
    de: 'Es ist keine Delegation ausgewählt. Haken Sie zuerst welche in der Liste an.',
  }),
  nothingChanges: phrase({
    en: 'All of these have ended already, or are not there for you.',
    de: 'Alle sind schon beendet oder für Sie nicht da.',
  }),
  back: phrase({ en: 'Back to the delegations', de: 'Zurück zu den Delegationen' }),
  chosen: phrase({ en: 'Chosen delegations', de: 'Ausgewählte Delegationen' }),
  happens: phrase({ en: 'What happens', de: 'Was geschieht' }),
  happened: phrase({ en: 'What happened', de: 'Was geschehen ist' }),
  others: (count: number) =>
    phrase({
      en: html`${some(count)} ${count === 1 ? 'stays as it is' : 'stay as they are'}`,
      de: html`${some(count)} ${count === 1 ? 'bleibt' : 'bleiben'} unverändert`,
    }),
  /** `isMore`: at least so many. */
  ends: (below: number, isMore: boolean) =>
    below === 0 && !isMore
      ? phrase({ en: 'It ends. No agent below has it.', de: 'Sie endet. Kein Agent darunter hat sie.' })
      : phrase({
          en: `It ends, with ${below}${isMore ? ' or more' : ''} ${below === 1 && !isMore ? 'delegation' : 'delegations'} below it.`,
          de: `Sie endet, mit ${below === 1 && !isMore ? 'einer' : below}${isMore ? ' oder mehr' : ''} weiteren darunter.`,
        }),
  over: phrase({ en: 'It has already ended.', de: 'Sie ist schon beendet.' }),
  done: phrase({ en: 'It has ended, with all below it.', de: 'Sie ist beendet, mit allem darunter.' }),
  outcomes: {
    done: phrase({ en: 'done', de: 'erledigt' }),
    unchanged: phrase({ en: 'unchanged', de: 'unverändert' }),
    refused: phrase({ en: 'refused', de: 'abgelehnt' }),
  },
  result: phrase({ en: 'Delegations ended', de: 'Delegationen beendet' }),
};
