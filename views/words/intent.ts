/** Texts about what a transaction is for, by who vouches for it. */
import { phrase } from '../html.ts';

export const intentWords = {
  sources: {
    typed_by_person: phrase({
      en: 'What the whole transaction is for, in the words of a person',
      de: 'Zweck des gesamten Vorgangs (in den Worten einer Person)',
    }),
    typed_by_other: phrase({
      en: 'What the whole transaction is for, in the words of another person',
      de: 'Zweck des gesamten Vorgangs (in den Worten einer anderen Person)',
    }),
    confirmed_by_person: phrase({
      en: 'What the whole transaction is for, confirmed by a person',
      de: 'Zweck des gesamten Vorgangs (von einer Person bestätigt)',
    }),
    stated_by_app: phrase({
      en: 'What the whole transaction is for, stated by the app',
      de: 'Zweck des gesamten Vorgangs (Angabe der App)',
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
  say: phrase({ en: 'Say what it is for, in your own words', de: 'Den Zweck in eigenen Worten sagen' }),
  own: phrase({ en: 'What the whole transaction is for', de: 'Zweck des gesamten Vorgangs' }),
  ownHint: phrase({
    en: 'If you allow the request, your words replace those above. The agent or app, its owner and approvers can read them. Policies see that you typed them. Do not copy a text that an agent or app gave you.',
    de: 'Wenn Sie die Anfrage erlauben, ersetzen Ihre Worte die obigen. Agent oder App, ihre Eigentümer und Genehmigende können sie lesen. Richtlinien sehen, dass Sie sie geschrieben haben. Kopieren Sie keinen Text, den Ihnen ein Agent oder eine App gegeben hat.',
  }),
};

export type IntentSource = keyof typeof intentWords.sources;
