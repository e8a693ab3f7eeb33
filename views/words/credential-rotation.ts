import { type HtmlValue, html, phrase } from '../html.ts';

/** The rotation of keys and secrets by hand, with a time in which the old ones still work. */
export const rotationWords = {
  title: phrase({ en: 'Rotate the keys', de: 'Schlüssel erneuern' }),
  rotate: phrase({ en: 'Rotate', de: 'Erneuern' }),
  asked: (agent: HtmlValue) =>
    phrase({ en: html`Rotate the keys of ${agent}?`, de: html`Die Schlüssel von ${agent} erneuern?` }),
  lead: phrase({
    en: 'Give the new public keys to the server here, and the new private key to the agent. Until the old keys end, both work.',
    de: 'Geben Sie hier die neuen öffentlichen Schlüssel an und dem Agenten den neuen privaten Schlüssel. Bis die alten enden, gelten beide.',
  }),
  keys: phrase({ en: 'New public keys', de: 'Neue öffentliche Schlüssel' }),
  oldEnds: phrase({ en: 'The old keys end', de: 'Die alten Schlüssel enden' }),
  done: phrase({ en: 'The new keys work', de: 'Die neuen Schlüssel gelten' }),
  doneLead: phrase({
    en: 'The agent can sign with the new keys now.',
    de: 'Der Agent kann jetzt mit den neuen Schlüsseln signieren.',
  }),
  oldUntil: (time: HtmlValue) =>
    phrase({ en: html`The old one works until ${time}.`, de: html`Der alte Nachweis gilt bis ${time}.` }),
  oldEnded: phrase({ en: 'The old one has ended.', de: 'Der alte Nachweis ist beendet.' }),
  endOld: phrase({ en: 'End the old one now', de: 'Den alten jetzt beenden' }),
  onward: phrase({ en: 'To the credentials', de: 'Zu den Nachweisen' }),
};
