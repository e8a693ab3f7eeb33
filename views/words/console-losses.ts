import { type Phrase, phrase } from '../html.ts';

type Forms = readonly [one: string, several: string];

/** `one` and `several`: what stands behind the number. */
const counted =
  (en: Forms, de: Forms) =>
  (count: number, isMore: boolean): Phrase =>
    phrase({
      en: `${count}${isMore ? ' or more' : ''} ${en[count === 1 && !isMore ? 0 : 1]}`,
      de: `${count}${isMore ? ' oder mehr' : ''} ${de[count === 1 && !isMore ? 0 : 1]}`,
    });

/** What ends with an action, as numbers. */
export const lossWords = {
  title: phrase({ en: 'What ends', de: 'Was endet' }),
  lostAt: phrase({ en: 'Who loses access', de: 'Wer den Zugang verliert' }),
  nobodyAt: phrase({ en: 'No agent has access to it at present.', de: 'Zurzeit hat kein Agent Zugang zu ihm.' }),
  nothing: phrase({ en: 'It holds nothing that would end.', de: 'Er hat nichts, was enden würde.' }),
  kinds: {
    agents: counted(['agent', 'agents'], ['Agent', 'Agenten']),
    delegations: counted(['delegation', 'delegations'], ['Delegation', 'Delegationen']),
    grants: counted(
      ['grant, with its tokens', 'grants, with their tokens'],
      ['Grant mit seinen Tokens', 'Grants mit ihren Tokens'],
    ),
    instances: counted(['running instance', 'running instances'], ['laufende Instanz', 'laufende Instanzen']),
    approvals: counted(['open approval', 'open approvals'], ['offene Freigabe', 'offene Freigaben']),
    transactions: counted(['open transaction', 'open transactions'], ['offener Vorgang', 'offene Vorgänge']),
  },
};
