import { phrase } from '../html.ts';

/** What ends with an action, as numbers. */
export const lossWords = {
  title: phrase({ en: 'What ends', de: 'Was endet' }),
  nothing: phrase({ en: 'It holds nothing that would end.', de: 'Er hat nichts, was enden würde.' }),
  kinds: {
    delegations: phrase({ en: 'Delegations', de: 'Delegationen' }),
    grants: phrase({ en: 'Grants, with their tokens', de: 'Grants, mit ihren Tokens' }),
    instances: phrase({ en: 'Running instances', de: 'Laufende Instanzen' }),
    approvals: phrase({ en: 'Open approvals', de: 'Offene Freigaben' }),
    transactions: phrase({ en: 'Open transactions', de: 'Offene Vorgänge' }),
  },
  count: (count: number, isMore: boolean) =>
    phrase({ en: `${count}${isMore ? ' or more' : ''}`, de: `${count}${isMore ? ' oder mehr' : ''}` }),
};
