/** Texts about what a transaction is for, by who vouches for it. */
import { phrase } from '../html.ts';

export const intentWords = {
  sources: {
    confirmed_by_person: phrase({
      en: 'What the whole transaction is for, confirmed by a person',
      de: 'Zweck des gesamten Vorgangs (von einer Person bestätigt)',
    }),
    stated_by_agent: phrase({
      en: 'What the whole transaction is for, stated by the agent',
      de: 'Zweck des gesamten Vorgangs (Angabe des Agenten)',
    }),
  },
  confirmed: phrase({
    en: 'With “Allow” you also confirm that this is what the transaction is for.',
    de: 'Mit „Erlauben“ bestätigen Sie auch diesen Zweck des Vorgangs.',
  }),
};

export type IntentSource = keyof typeof intentWords.sources;
