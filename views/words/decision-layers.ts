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

/**
 * Sentences of layers in German: why one does not apply on a route (routes.ts of src/domain/authority/decision), and what
 * would have to change for it to let a scope through (layers.ts). After `only if` a clause stands, its verb last.
 */
export const LAYERS_GERMAN: Readonly<Record<string, string>> = {
  'the caller acts for itself': 'der Aufrufer handelt für sich selbst',
  'no token is exchanged': 'es wird kein Token getauscht',
  'oidc-provider issues within the grant': 'ausgegeben wird innerhalb dessen, was gewährt ist',
  'it is what is asked for': 'darum wird ja gebeten',
  'a simulation asks nobody else': 'beim Ausprobieren wird sonst niemand gefragt',
  'the caller is an agent': 'der Aufrufer ein Agent ist',
  'the person used a client, unless the delegation is for calls by it':
    'die Person eine App benutzt hat, außer die Delegation gilt für deren Aufrufe',
  'it is for the same resource': 'es für dieselbe Ressource ist',
  'an exchange led here, from a token of a client that was granted something there':
    'ein Tausch hierher führte, vom Token einer App, der dort etwas erlaubt wurde',
  'an exchange led here, for the same resource': 'ein Tausch hierher führte, für dieselbe Ressource',
  'Register {} here: nobody answers for it, so it cannot hold {} at {}.':
    '{} hier registrieren: Niemand steht dafür ein, also kann es {} bei {} nicht haben.',
  'Client {}: give it {} at {}.': 'Client {}: ihm {} bei {} geben.',
  'Agent {}: give it {} at {}.': 'Agent {}: ihm {} bei {} geben.',
  'Blueprint {}, and what agent {} narrowed itself to: allow {} at {}.':
    'Blueprint {}, und worauf Agent {} sich beschränkt hat: {} bei {} erlauben.',
  'Ceilings of agent {}: allow {} at {}.': 'Obergrenzen des Agenten {}: {} bei {} erlauben.',
  'Resource server {}: take agents of the environment {}; it takes {}.':
    'Ressourcenserver {}: Agenten der Umgebung {} zulassen; zugelassen sind: {}.',
  'An approval, each time: the ceilings ask for one for {} at {}.':
    'Jedes Mal eine Freigabe: Die Obergrenzen verlangen sie für {} bei {}.',
  'Account {}: entitle it to {} at {}.': 'Konto {}: zu {} bei {} berechtigen.',
  'Account {}: enable it.': 'Konto {}: einschalten.',
  'The person allows the client this scope.': 'Die Person erlaubt der App diese Berechtigung.',
  'A subject token that holds this scope.': 'Ein Token der Person, das diese Berechtigung enthält.',
  'The external decision point: permit {} at {}.': 'Externe Entscheidungsstelle: {} bei {} erlauben.',
  'The person consents: {} may have {} at {}.': 'Die Person willigt ein: {} darf {} bei {} haben.',
};
