import { type HtmlValue, html, phrase } from '../html.ts';

/** The rotation of keys and secrets by hand, with a time in which the old ones still work. */
export const rotationWords = {
  title: phrase({ en: 'Rotate the keys', de: 'Schlüssel erneuern' }),
  rotate: phrase({ en: 'Rotate', de: 'Erneuern' }),
  asked: (agent: HtmlValue) =>
    phrase({ en: html`Rotate the keys of ${agent}?`, de: html`Die Schlüssel von ${agent} erneuern?` }),
  toReplace: phrase({ en: 'Keys to replace', de: 'Zu ersetzende Schlüssel' }),
  lead: phrase({
    en: 'Register new public keys here, and give the agent the private key. Old and new keys both work until the old ones end.',
    de: 'Registrieren Sie hier neue öffentliche Schlüssel, und geben Sie dem Agenten den privaten. Alte und neue gelten, bis die alten enden.',
  }),
  keys: phrase({ en: 'Or paste new public keys', de: 'Oder neue öffentliche Schlüssel einfügen' }),
  oldEnds: phrase({ en: 'The old keys end', de: 'Die alten Schlüssel enden' }),
  oldEndsHint: phrase({
    en: 'The agent must use the new keys before then.',
    de: 'Bis dahin muss der Agent die neuen Schlüssel verwenden.',
  }),
  done: phrase({ en: 'New keys are registered', de: 'Neue Schlüssel sind registriert' }),
  doneLead: (agent: HtmlValue) =>
    phrase({
      en: html`Give the new private key to ${agent}.`,
      de: html`Geben Sie ${agent} den neuen privaten Schlüssel.`,
    }),
  /** What a rotation replaced. */
  old: {
    keys: {
      until: (time: HtmlValue) =>
        phrase({ en: html`The old keys work until ${time}.`, de: html`Die alten Schlüssel gelten bis ${time}.` }),
      ended: phrase({ en: 'The old keys have ended.', de: 'Die alten Schlüssel sind beendet.' }),
      end: phrase({ en: 'End the old keys now', de: 'Die alten Schlüssel jetzt beenden' }),
      afterEnd: phrase({
        en: 'If you end them now, the agent cannot authenticate until it uses the new ones.',
        de: 'Beenden Sie sie jetzt, kann sich der Agent erst wieder authentifizieren, wenn er die neuen verwendet.',
      }),
    },
    secret: {
      until: (time: HtmlValue) =>
        phrase({ en: html`The old secret works until ${time}.`, de: html`Das alte Geheimnis gilt bis ${time}.` }),
      ended: phrase({ en: 'The old secret has ended.', de: 'Das alte Geheimnis ist beendet.' }),
      end: phrase({ en: 'End the old secret now', de: 'Das alte Geheimnis jetzt beenden' }),
      afterEnd: phrase({
        en: 'If you end it now, the agent cannot authenticate until it uses the new one.',
        de: 'Beenden Sie es jetzt, kann sich der Agent erst wieder authentifizieren, wenn er das neue verwendet.',
      }),
    },
  },
  onward: phrase({ en: 'Show the credentials', de: 'Nachweise anzeigen' }),
  /** Of keys that a rotation replaced, in the list of credentials. */
  ends: (time: HtmlValue) => phrase({ en: html`ends ${time}`, de: html`endet ${time}` }),
  replacedBy: phrase({ en: 'Replaced by', de: 'Ersetzt durch' }),
  endNow: phrase({ en: 'End now', de: 'Jetzt beenden' }),
};
