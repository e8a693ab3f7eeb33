/** Words and signs by which a name claims that others trust it. Read by self-chosen.ts. */

/** In their usual spelling. Compared by `nameKey`, also when they are written apart or together. */
export const WORDS_OF_TRUST: readonly string[] = [
  ...[
    'official',
    'officially',
    'verified',
    'certified',
    'trusted',
    'authentic',
    'approved',
    'authorized',
    'authorised',
  ],
  ...['security team', 'security department', 'trust and safety', 'support team', 'helpdesk', 'system administrator'],
  ...['administrator', 'admin team', 'it department', 'identity provider', 'authorization server'],
  ...['offiziell', 'offizielle', 'offizieller', 'offizielles', 'verifiziert', 'verifizierte', 'verifizierter'],
  ...['oficial', 'officiel', 'officielle', 'ufficiale', 'verificado', 'verificada', 'verificato', 'verificata'],
  ...['vérifié', 'vérifiée', 'certifié', 'certifiée', 'certificado', 'certificada'],
  ...['geprüft', 'geprüfte', 'geprüfter', 'zertifiziert', 'zertifizierte', 'vertrauenswürdig', 'vertrauenswürdige'],
  ...['sicherheitsteam', 'sicherheitsabteilung', 'supportteam', 'it abteilung', 'systemadministrator'],
];

/**
 * Signs that show a picture, such as a check mark, lock, shield or seal. Also signs of mathematics, phonetics and
 * reference beyond Latin-1, some of which look like such a picture (√, ∨, ˅, ※).
 */
export const SIGN_OF_TRUST =
  /[\p{Extended_Pictographic}\p{So}\p{Emoji_Modifier}\u2020\u2021\u203b\u2042\u2051]|\u20e3|(?![\0-\xff])[\p{Sm}\p{Sk}]/u;
