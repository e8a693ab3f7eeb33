/** Words and signs by which a name says of itself that others vouch for it. Read by self-chosen.ts. */

/** As people write them; compared by `nameKey`, also when they are written apart or together. */
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
  ...['geprüft', 'geprüfte', 'geprüfter', 'zertifiziert', 'zertifizierte', 'vertrauenswürdig', 'vertrauenswürdige'],
  ...['sicherheitsteam', 'sicherheitsabteilung', 'supportteam', 'it abteilung', 'systemadministrator'],
];

/** Signs that show a picture, such as a check mark, lock, shield or seal; and a root sign, which looks like a check mark. */
export const SIGN_OF_TRUST = /[\p{Extended_Pictographic}\p{So}\p{Emoji_Modifier}\u221a]|\u20e3/u;
