import { isolated } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { type Column, table } from '../partials/console-list.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { agoText } from '../time-text.ts';
import { securityEventWords, accountSignalWords as words } from '../words/console-signals.ts';
import { transmitterWords } from '../words/console-transmitters.ts';

/** A signal about a person that policies see now. */
export type AccountSignalRow = {
  readonly event: keyof typeof securityEventWords;
  readonly level: keyof typeof transmitterWords.levels;
  readonly requiresStepUp: boolean;
  /** The trusted transmitter. */
  readonly source: NamedLink;
  readonly issuer: string;
  readonly at: number;
  readonly until: number;
};

const LOOKS = { none: 'still', low: 'still', medium: 'warn', high: 'warn' } as const;

const COLUMNS: readonly Column<AccountSignalRow>[] = [
  {
    title: words.reason,
    cell: ({ event, requiresStepUp }) =>
      html`${securityEventWords[event]}${requiresStepUp && html`<span class="line hint">${words.stepUp}</span>`}`,
  },
  {
    title: words.level,
    cell: ({ level }) => html`<span class="tag ${LOOKS[level]}">${transmitterWords.levels[level]}</span>`,
  },
  {
    title: words.source,
    cell: ({ source, issuer }) => html`${linkedName(source)}<span class="line hint">${isolated(issuer, 200)}</span>`,
  },
  { title: words.since, cell: ({ at }) => agoText(at) },
  { title: words.until, cell: ({ until }) => agoText(until) },
];

/** The signals about a person, or about the owner of an agent. Nothing without any. */
export const accountSignals = (rows: readonly AccountSignalRow[], lead: HtmlValue): Html | undefined =>
  rows.length === 0
    ? undefined
    : html`<section aria-labelledby="account-signals"><h2 id="account-signals">${words.title}</h2>
<p>${lead}</p>
${table(COLUMNS, rows, 'account-signals')}</section>`;
