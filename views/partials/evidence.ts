import { plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { secondText } from '../time-text.ts';
import { eventPhrase } from '../words/audit-events.ts';
import { auditWords } from '../words/console-audit.ts';
import { findingWords as words } from '../words/console-findings.ts';
import { type Column, table } from './console-list.ts';

type Proof = {
  readonly stream: string;
  readonly sequence: number;
  readonly href?: string;
  /** What the event says. Absent: not permitted to the viewer, or only an archive has it. */
  readonly said?: ProofEvent;
};

export type ProofEvent = {
  /** Epoch seconds. */
  readonly at: number;
  readonly type: string;
  readonly isRefusal: boolean;
  readonly error?: string;
  /** Name of an API, or its identifier. */
  readonly apiName?: string;
  readonly scope: readonly string[];
  /** Address or network of the request, where the event has it. */
  readonly source?: string;
};

/** Events of the audit log. Without a link: not permitted to the viewer. */
export type Evidence = readonly Proof[];

/** The events that prove something, then `more`. Prints nothing without events. */
export const evidenceCard = (evidence: Evidence, more?: Html): Html | undefined => {
  if (evidence.length === 0) return undefined;
  const isOfMany = new Set(evidence.map(({ stream }) => stream)).size > 1;
  if (evidence.some(({ said }) => said !== undefined)) {
    return html`<section aria-labelledby="evidence"><h2 id="evidence">${words.evidence}</h2>
${table(columnsOf(evidence, isOfMany), evidence, 'evidence')}${more}</section>`;
  }
  return html`<section aria-labelledby="evidence" class="card"><h2 id="evidence">${words.evidence}</h2>
<ul class="plain-list">${evidence.map((one) => html`<li>${numberOf(one, isOfMany)}</li>`)}</ul>${more}</section>`;
};

/** A number is one of its stream, which is that of a node: it needs the name only beside others. */
const numberOf = ({ stream, sequence, href }: Proof, isOfMany: boolean): Html => {
  const text = words.event(sequence);
  return html`${href === undefined ? text : html`<a href="${href}">${text}</a>`}${isOfMany && html` <code class="long">${plainText(stream, 60)}</code>`}`;
};

const MOST_SCOPES = 5;

const scopesOf = (scope: readonly string[]): HtmlValue =>
  scope.length > 0 &&
  html`<span class="line hint">${scope.slice(0, MOST_SCOPES).map((name, index) => html`${index > 0 && ', '}<code class="long">${plainText(name, 80)}</code>`)}</span>`;

/** No column for the network where no event has one. */
const columnsOf = (evidence: Evidence, isOfMany: boolean): readonly Column<Proof>[] => [
  {
    title: auditWords.what,
    cell: (one) =>
      one.said === undefined
        ? numberOf(one, isOfMany)
        : html`${one.said.isRefusal && html`<span class="tag off">${auditWords.outcomes.refused}</span> `}${one.href === undefined ? eventPhrase(one.said.type) : html`<a href="${one.href}">${eventPhrase(one.said.type)}</a>`}${
            one.said.error !== undefined && html` <code class="long">${plainText(one.said.error, 80)}</code>`
          }`,
  },
  { title: auditWords.when, cell: ({ said }) => said && secondText(said.at) },
  {
    title: words.apiAndScopes,
    cell: ({ said }) =>
      said &&
      html`${said.apiName === undefined ? '–' : html`<span class="long">${plainText(said.apiName, 200)}</span>`}${scopesOf(said.scope)}`,
  },
  ...(evidence.some(({ said }) => said?.source !== undefined)
    ? [
        {
          title: words.network,
          // An address is short and stays whole.
          cell: ({ said }: Proof) => said?.source !== undefined && plainText(said.source, 60),
        },
      ]
    : []),
];
