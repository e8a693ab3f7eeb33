import { phrase } from '../html.ts';

/** Text shared by several pages below `/console`. */
export const consoleWords = {
  name: phrase({ en: 'Console', de: 'Konsole' }),
  sections: {
    parties: phrase({ en: 'Agents and people', de: 'Agenten und Personen' }),
    software: phrase({ en: 'Apps and APIs', de: 'Apps und APIs' }),
    policies: phrase({ en: 'Policies', de: 'Richtlinien' }),
    oversight: phrase({ en: 'Approvals and audit', de: 'Freigaben und Protokoll' }),
    settings: phrase({ en: 'Settings', de: 'Einstellungen' }),
  },
  places: {
    overview: phrase({ en: 'Overview', de: 'Übersicht' }),
    agents: phrase({ en: 'Agents', de: 'Agenten' }),
    findings: phrase({ en: 'Findings', de: 'Befunde' }),
    blueprints: phrase({ en: 'Blueprints', de: 'Blueprints' }),
    people: phrase({ en: 'People', de: 'Personen' }),
    groups: phrase({ en: 'Groups', de: 'Gruppen' }),
    'sign-in': phrase({ en: 'Sign-in', de: 'Anmeldung' }),
    clients: phrase({ en: 'Clients', de: 'Clients' }),
    servers: phrase({ en: 'Resource servers', de: 'Ressourcenserver' }),
    versions: phrase({ en: 'Versions', de: 'Versionen' }),
    try: phrase({ en: 'Try', de: 'Ausprobieren' }),
    'try-use': phrase({ en: 'Try use of the server', de: 'Nutzung ausprobieren' }),
    replay: phrase({ en: 'Replay', de: 'Nachspielen' }),
    approvals: phrase({ en: 'Approvals', de: 'Freigaben' }),
    auditLog: phrase({ en: 'Audit log', de: 'Protokoll' }),
    webhooks: phrase({ en: 'Webhooks', de: 'Webhooks' }),
    keys: phrase({ en: 'Signing keys', de: 'Signaturschlüssel' }),
    kills: phrase({ en: 'Kill switch', de: 'Notaus' }),
    'break-glass': phrase({ en: 'Break-glass access', de: 'Notfallfreigabe' }),
  },
};
