import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

type State = 'pending' | 'active' | 'suspended' | 'orphaned' | 'retired';
type Environment = 'development' | 'test' | 'production';

/** Of agents, wherever one is shown. */
export const agentWords = {
  agent: phrase({ en: 'Agent', de: 'Agent' }),
  verified: phrase({ en: 'verified name', de: 'geprüfter Name' }),
  ownedBy: (owner: HtmlValue) => phrase({ en: html`owned by ${owner}`, de: html`gehört ${owner}` }),
  /** Before what it says of itself. */
  purpose: phrase({ en: 'Its purpose, in its own words', de: 'Sein Zweck, in seinen eigenen Worten' }),
  states: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    pending: phrase({ en: 'pending', de: 'ausstehend' }),
    suspended: phrase({ en: 'suspended', de: 'ausgesetzt' }),
    orphaned: phrase({ en: 'orphaned', de: 'verwaist' }),
    retired: phrase({ en: 'retired', de: 'stillgelegt' }),
  } satisfies Readonly<Record<State, Phrase>>,
  /** Active as far as the register goes, and still nothing works for it. */
  stopped: phrase({ en: 'stopped', de: 'angehalten' }),
  environments: {
    production: phrase({ en: 'production', de: 'Produktion' }),
    test: phrase({ en: 'test', de: 'Test' }),
    development: phrase({ en: 'development', de: 'Entwicklung' }),
  } satisfies Readonly<Record<Environment, Phrase>>,
};
