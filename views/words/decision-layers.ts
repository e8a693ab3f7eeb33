import { type Phrase, phrase } from '../html.ts';

/** Texts of one layer. */
export type LayerWords = {
  readonly name: Phrase;
  /** Why a right that a person allowed is blocked now. Absent: a text without a reason. */
  readonly blocked?: Phrase;
};

export const askedEachTime = phrase({ en: 'You are asked each time.', de: 'Dazu werden Sie jedes Mal gefragt.' });

/** Layers of a decision, by the names they have in the audit log. The pages' code checks that none is missing. */
export const layerWords = {
  resource_server: {
    name: phrase({ en: 'Resource server', de: 'Ressourcenserver' }),
    blocked: phrase({ en: 'Not offered any more.', de: 'Wird nicht mehr angeboten.' }),
  },
  role: { name: phrase({ en: 'Roles', de: 'Rollen' }) },
  client: {
    name: phrase({ en: 'Application', de: 'App' }),
    blocked: phrase({
      en: 'The app is stopped, or may not do this.',
      de: 'Die App ist gestoppt oder darf das nicht.',
    }),
  },
  agent: {
    name: phrase({ en: 'Rights of the agent', de: 'Rechte des Agenten' }),
    blocked: phrase({
      en: 'The agent is stopped, or may not do this.',
      de: 'Der Agent ist gestoppt oder darf das nicht.',
    }),
  },
  blueprint: {
    name: phrase({ en: 'Blueprint', de: 'Blueprint' }),
    blocked: phrase({ en: 'Agents of this kind may not do this.', de: 'Agenten dieser Art dürfen das nicht.' }),
  },
  environment: {
    name: phrase({ en: 'Environment', de: 'Umgebung' }),
    blocked: phrase({
      en: 'Not open to agents of this environment.',
      de: 'Für Agenten dieser Umgebung nicht offen.',
    }),
  },
  approval: { name: phrase({ en: 'Approval', de: 'Freigabe' }), blocked: askedEachTime },
  subject: {
    name: phrase({ en: 'Rights of the person', de: 'Rechte der Person' }),
    blocked: phrase({ en: 'You do not have this right yourself.', de: 'Sie haben dieses Recht selbst nicht.' }),
  },
  grant: { name: phrase({ en: 'What the person allowed the application', de: 'Was die Person der App erlaubt hat' }) },
  subject_token: { name: phrase({ en: 'Token it comes with', de: 'Token, mit dem er kommt' }) },
  delegation: { name: phrase({ en: 'Consent of the person', de: 'Einwilligung der Person' }) },
  policy: {
    name: phrase({ en: 'Policies', de: 'Richtlinien' }),
    blocked: phrase({
      en: 'The policies here do not permit it.',
      de: 'Die Richtlinien hier erlauben es nicht.',
    }),
  },
  external: { name: phrase({ en: 'External decision point', de: 'Externe Entscheidungsstelle' }) },
} satisfies Readonly<Record<string, LayerWords>>;

/** The texts of a layer that came as data. */
export const wordsOfLayer = (layer: string): LayerWords | undefined =>
  Object.hasOwn(layerWords, layer) ? layerWords[layer as keyof typeof layerWords] : undefined;
