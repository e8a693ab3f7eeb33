import { type Phrase, phrase } from '../html.ts';

/** Layers of a decision, by the names they have in the audit log. */
export const layerWords: Readonly<Record<string, Phrase>> = {
  resource_server: phrase({ en: 'Resource server', de: 'Ressourcenserver' }),
  role: phrase({ en: 'Roles', de: 'Rollen' }),
  client: phrase({ en: 'Application', de: 'App' }),
  agent: phrase({ en: 'Rights of the agent', de: 'Rechte des Agenten' }),
  blueprint: phrase({ en: 'Blueprint', de: 'Blueprint' }),
  environment: phrase({ en: 'Environment', de: 'Umgebung' }),
  approval: phrase({ en: 'Approval', de: 'Freigabe' }),
  subject: phrase({ en: 'Rights of the person', de: 'Rechte der Person' }),
  grant: phrase({ en: 'What the person allowed the application', de: 'Was die Person der App erlaubt hat' }),
  subject_token: phrase({ en: 'Token it comes with', de: 'Token, mit dem er kommt' }),
  delegation: phrase({ en: 'Consent of the person', de: 'Einwilligung der Person' }),
  policy: phrase({ en: 'Policies', de: 'Richtlinien' }),
  external: phrase({ en: 'External decision point', de: 'Externe Entscheidungsstelle' }),
};
