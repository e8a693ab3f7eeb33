import { phrase } from '../html.ts';

/** Around every page. */
export const layoutWords = {
  /** Of the document (BCP 47). */
  language: phrase({ en: 'en', de: 'de' }),
  skip: phrase({ en: 'Skip to content', de: 'Zum Inhalt springen' }),
  navigation: phrase({ en: 'Main', de: 'Hauptnavigation' }),
  menu: phrase({ en: 'Menu', de: 'Menü' }),
  breadcrumbs: phrase({ en: 'Where you are', de: 'Wo Sie sind' }),
  account: phrase({ en: 'My account', de: 'Mein Konto' }),
  console: phrase({ en: 'Console', de: 'Konsole' }),
  signIn: phrase({ en: 'Sign in', de: 'Anmelden' }),
  signOut: phrase({ en: 'Sign out', de: 'Abmelden' }),
  /** Before a message about what was just done. */
  flash: {
    success: phrase({ en: 'Done', de: 'Erledigt' }),
    notice: phrase({ en: 'Note', de: 'Hinweis' }),
    warning: phrase({ en: 'Careful', de: 'Vorsicht' }),
    error: phrase({ en: 'Not done', de: 'Nicht geschehen' }),
  },
  switchLanguage: phrase({ en: 'Language', de: 'Sprache' }),
  support: phrase({ en: 'Help', de: 'Hilfe' }),
  privacy: phrase({ en: 'Privacy', de: 'Datenschutz' }),
  terms: phrase({ en: 'Terms', de: 'Nutzungsbedingungen' }),
  about: phrase({
    en: 'Behalf: sign-in, consent and delegation for people and the agents that act for them.',
    de: 'Behalf: Anmeldung, Einwilligung und Vollmacht für Menschen und die Agenten, die für sie handeln.',
  }),
};
