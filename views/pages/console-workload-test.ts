/** The test of a workload token. The page never shows the token again. */
import { englishText, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, commaList, factList, table } from '../partials/console-list.ts';
import { textArea } from '../partials/controls.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { registerWords } from '../words/registries.ts';
import { workloadTestWords as words } from '../words/workload-test.ts';

/** What a claim must be. */
export type ShownRule =
  | { readonly equals: string }
  | { readonly like: string }
  | { readonly one_of: readonly string[] }
  | { readonly contains: string };

export type MatchedRule = {
  readonly agent: NamedLink;
  readonly credential: string;
  readonly subject: ShownRule;
  /** By name of the claim, or JSON pointer. */
  readonly claims: Readonly<Record<string, ShownRule>>;
};

/** What the token states, by the name of the member. Absent: the token lacks it, or cannot be read. */
export type StatedMembers = Readonly<Partial<Record<'alg' | 'iss' | 'sub' | 'aud' | 'exp', string | number>>>;

/** `check` and `why` exist in English only. */
type Failure = { readonly check: string; readonly why: string };

export type WorkloadTestResult = {
  readonly issuer?: NamedLink;
  readonly subject?: string;
  /** Absent: an agent can authenticate with it. */
  readonly failed?: Failure;
  /** Absent: the token cannot be read. */
  readonly stated?: StatedMembers;
  /** Of a token that fails by its algorithm. */
  readonly accepted?: readonly string[];
  /** The form that trusts an issuer. Absent: not permitted to the viewer, or another check failed. */
  readonly trustHref?: string;
  readonly matches: readonly MatchedRule[];
  readonly needsClientId: boolean;
  readonly near: readonly (Failure & { readonly agent: NamedLink; readonly credential: string })[];
};

const MOST = 200;

const code = (text: string): Html => html`<code>${plainText(text, MOST)}</code>`;

const ruleText = (rule: ShownRule): Phrase => {
  if ('equals' in rule) return words.rules.equals(code(rule.equals));
  if ('like' in rule) return words.rules.like(code(rule.like));
  if ('contains' in rule) return words.rules.contains(code(rule.contains));
  return words.rules.oneOf(commaList(rule.one_of.slice(0, 20).map(code)));
};

const MATCHES: readonly Column<MatchedRule>[] = [
  { title: words.agent, cell: ({ agent }) => linkedName(agent) },
  { title: words.credential, cell: ({ credential }) => code(credential) },
  {
    title: words.rule,
    cell: ({ subject, claims }) =>
      [['sub', subject] as const, ...Object.entries(claims)].map(
        ([name, rule]) => html`<span class="line">${words.claim(code(name), ruleText(rule))}</span>`,
      ),
  },
];

const NEAR: readonly Column<WorkloadTestResult['near'][number]>[] = [
  { title: words.agent, cell: ({ agent }) => linkedName(agent) },
  { title: words.credential, cell: ({ credential }) => code(credential) },
  { title: words.why, cell: ({ why }) => html`<span class="long">${englishText(why, 300)}</span>` },
];

/** `action`: the form POSTs `csrf` and `token` to it. `result`: of the token that was sent. */
export const workloadTestPage = (
  frame: ConsoleFrame,
  {
    action,
    listHref,
    error,
    result,
  }: {
    readonly action: string;
    readonly listHref: string;
    readonly error?: Text | undefined;
    readonly result?: WorkloadTestResult;
  },
): Html =>
  layout({
    frame,
    style: 'agents.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(frame, 'issuers', false),
    body: html`<div class="page-head"><h1>${words.title}</h1>${result === undefined && html`<p class="lead">${words.lead}</p>`}</div>
${result && shown(result)}
<form method="post" action="${action}" class="card form"><input type="hidden" name="csrf" value="${frame.csrf}">
${textArea({
  ...{ name: 'token', label: words.token, hint: words.tokenHint, rows: 6, maxLength: 16_384, code: true },
  ...(error === undefined ? {} : { error }),
})}
<div class="actions">${submit(
      result?.trustHref === undefined
        ? { text: result === undefined ? words.test : words.again }
        : { text: words.again, kind: 'plain' },
    )} <a class="button plain" href="${listHref}">${registerWords.cancel}</a></div></form>`,
  });

const shown = ({ matches, near, ...result }: WorkloadTestResult): HtmlValue => [
  verdict(result),
  matches.length > 0 &&
    html`<section aria-labelledby="matches"><h2 id="matches">${words.matches}</h2>${table(MATCHES, matches, 'matches')}</section>`,
  near.length > 0 &&
    html`<section aria-labelledby="near"><h2 id="near">${words.near}</h2><p class="hint">${words.nearLead}</p>${table(NEAR, near, 'near')}</section>`,
];

const MEMBERS = ['alg', 'iss', 'sub', 'aud', 'exp'] as const;

const statedValue = (name: (typeof MEMBERS)[number], value: string | number | undefined): HtmlValue => {
  if (value === undefined) return words.absent;
  return name === 'exp' && typeof value === 'number' ? timeText(value) : isolated(String(value), 300);
};

type Verdict = Omit<WorkloadTestResult, 'matches' | 'near'>;

const verdict = (result: Verdict): HtmlValue => {
  const { issuer, subject, failed, stated, accepted, trustHref, needsClientId } = result;
  const isUntrusted = failed?.check === 'issuer' && issuer === undefined;
  return [
    html`<div class="flash ${failed === undefined ? 'success' : 'error'}" role="status" id="result"><strong>${failed === undefined ? words.good : words.bad}</strong></div>`,
    html`<section class="card" aria-label="${words.result}">${factList([
      failed !== undefined && [words.failedCheck, code(failed.check)],
      failed !== undefined && [words.why, isUntrusted ? words.noIssuer : englishText(failed.why, 300)],
      accepted !== undefined && [words.accepted, commaList(accepted.map(code))],
      issuer !== undefined && [words.issuer, linkedName(issuer)],
      subject !== undefined && stated === undefined && [words.subject, isolated(subject, 400)],
    ])}${failed !== undefined && html`<p class="hint">${words.firstOnly}</p>`}${
      trustHref !== undefined &&
      html`<p class="actions"><a class="button primary" href="${trustHref}">${words.trust}</a></p>`
    }${needsClientId && html`<p>${words.needsClientId}</p>`}${
      stated !== undefined &&
      html`<h2>${failed === undefined ? words.inToken : words.notVerified}</h2>
<dl class="facts">${MEMBERS.map((name) => html`<div><dt><code>${name}</code></dt><dd>${statedValue(name, stated[name])}</dd></div>`)}</dl>`
    }</section>`,
  ];
};
