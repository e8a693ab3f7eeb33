import { type HtmlValue, html, phrase } from '../html.ts';

/** Static secrets as exceptions with an end: the forms that allow one and rotate it. */
export const staticSecretWords = {
  allow: phrase({ en: 'Allow a secret', de: 'Secret erlauben' }),
  allowAsked: (name: HtmlValue) =>
    phrase({ en: html`Allow ${name} a static secret?`, de: html`${name} ein statisches Secret erlauben?` }),
  reason: phrase({ en: 'Reason', de: 'Grund' }),
  reasonHint: phrase({ en: 'It stays in the audit log.', de: 'Er bleibt im Protokoll.' }),
  days: phrase({ en: 'Days until it ends', de: 'Tage bis zum Ende' }),
  daysHint: phrase({ en: '1 to 90.', de: '1 bis 90.' }),
  secret: phrase({ en: 'Static secret', de: 'Statisches Secret' }),
  rotate: phrase({ en: 'Rotate the secret', de: 'Secret erneuern' }),
  rotateAsked: (name: HtmlValue) =>
    phrase({ en: html`Rotate the secret of ${name}?`, de: html`Das Secret von ${name} erneuern?` }),
  rotateLead: phrase({
    en: 'The server shows a new secret once. The end stays the same.',
    de: 'Der Server zeigt einmal ein neues Secret. Das Ende bleibt gleich.',
  }),
  oldEnds: phrase({ en: 'The old secret ends', de: 'Das alte Secret endet' }),
  overlaps: {
    0: phrase({ en: 'at once', de: 'sofort' }),
    3600: phrase({ en: 'after 1 hour', de: 'nach 1 Stunde' }),
    86400: phrase({ en: 'after 1 day', de: 'nach 1 Tag' }),
    604800: phrase({ en: 'after 7 days', de: 'nach 7 Tagen' }),
  },
};

/** The forms about the secret of an agent. */
export const agentSecretWords = {
  allowLead: phrase({
    en: 'Only for software that can neither sign with a key nor use a workload identity. Every holder of the secret can act as the agent until it ends, and the server cannot tell them apart.',
    de: 'Nur für Software, die weder mit einem Schlüssel signieren noch eine Workload-Identität benutzen kann. Wer das Secret hat, kann bis zu dessen Ende als der Agent handeln, und der Server kann sie nicht unterscheiden.',
  }),
  shown: phrase({ en: 'Give this secret to the agent', de: 'Geben Sie dieses Secret dem Agenten' }),
  shownLead: phrase({
    en: 'The agent sends both to the token endpoint (client_secret_basic or client_secret_post).',
    de: 'Der Agent sendet beides an den Token-Endpunkt (client_secret_basic oder client_secret_post).',
  }),
};
