import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

type State = 'pending' | 'active' | 'suspended' | 'orphaned' | 'retired';
type Environment = 'development' | 'test' | 'production';

const environments = {
  production: phrase({ en: 'production', de: 'Produktion' }),
  test: phrase({ en: 'test', de: 'Test' }),
  development: phrase({ en: 'development', de: 'Entwicklung' }),
} satisfies Readonly<Record<Environment, Phrase>>;

/** Of agents, wherever one is shown. */
export const agentWords = {
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  app: phrase({ en: 'App', de: 'App' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  verified: phrase({ en: 'verified name', de: 'geprüfter Name' }),
  ownedBy: (owner: HtmlValue) => phrase({ en: html`owned by ${owner}`, de: html`gehört ${owner}` }),
  ownsIt: (owner: HtmlValue) => phrase({ en: html`Owned by ${owner}`, de: html`Gehört ${owner}` }),
  /** About a name; `name` is a verified one. */
  looksLike: (name: HtmlValue) =>
    phrase({
      en: html`Its name looks like “${name}”, which was verified here. This is another one.`,
      de: html`Der Name sieht aus wie „${name}“, ein hier geprüfter Name. Dies ist ein anderer.`,
    }),
  /** Where there is no such account any more. */
  unknownOwner: phrase({ en: 'an unknown account', de: '(unbekannt)' }),
  /** Before the agent's own text. */
  purpose: phrase({ en: 'Its purpose, in its own words', de: 'Sein Zweck, in seinen eigenen Worten' }),
  states: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    pending: phrase({ en: 'pending', de: 'ausstehend' }),
    suspended: phrase({ en: 'suspended', de: 'ausgesetzt' }),
    orphaned: phrase({ en: 'orphaned', de: 'verwaist' }),
    retired: phrase({ en: 'retired', de: 'stillgelegt' }),
  } satisfies Readonly<Record<State, Phrase>>,
  /** Active in the registry but blocked. */
  stopped: phrase({ en: 'stopped', de: 'angehalten' }),
  environments,
  /** Before the person decides. */
  unfinished: (environment: Environment) =>
    phrase({
      en: html`This agent is registered for ${environments[environment]}. It may be unfinished.`,
      de: html`Dieser Agent ist für die Umgebung „${environments[environment]}“ registriert. Er ist vielleicht noch nicht fertig.`,
    }),
};
