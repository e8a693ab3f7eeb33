/** What the cells of findings say: a finding, its state, and its subject. */
import { chosenName, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { findingWords as words } from '../words/console-findings.ts';
import { wordOf } from '../words/word-of.ts';

export type FindingKind = keyof typeof words.kinds;
export type Severity = keyof typeof words.severity;
export type FindingState = keyof typeof words.states;

export type FindingRow = {
  readonly id: string;
  readonly href: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly state: FindingState;
  /** What a client lacks, which is in its title. */
  readonly lacks?: keyof typeof words.lacks;
  readonly subjectKind: keyof typeof words.subjects;
  /** Id of the subject. */
  readonly subject: string;
  /** A client chose it. */
  readonly name: string;
  /** Page of the subject; absent: it has none. */
  readonly subjectHref?: string;
  readonly ownerName?: string;
  readonly foundAt: number;
  readonly endsAt?: number;
  /** What the viewer does about it first; absent: it is decided. */
  readonly act?: { readonly name: keyof typeof words.acts; readonly href: string };
};

export const severityTag = (severity: Severity): Html =>
  html`<span class="risk ${severity}">${words.severity[severity]}</span>`;

const STATE_LOOKS = { open: 'warn', dismissed: 'off', adopted: 'good', quarantined: 'off', resolved: 'gone' } as const;

export const stateTag = (state: FindingState): Html =>
  html`<span class="tag ${wordOf(STATE_LOOKS, state) ?? 'off'}">${wordOf(words.states, state) ?? plainText(state, 40)}</span>`;

// The store may hold what this server did not write. The page that tells of a finding has to show it.
export const findingTitle = (kind: FindingKind): HtmlValue => wordOf(words.kinds, kind)?.title ?? plainText(kind, 60);
export const titleOf = ({ kind, lacks }: FindingRow): HtmlValue => (lacks ? words.lacks[lacks] : findingTitle(kind));
export const meaningOf = (kind: FindingKind): Phrase => wordOf(words.kinds, kind)?.meaning ?? words.unknownKind;
export const subjectWord = ({ subjectKind }: FindingRow): HtmlValue =>
  wordOf(words.subjects, subjectKind) ?? plainText(subjectKind, 40);

export const subjectName = ({ name, subjectHref }: FindingRow): Html => {
  const shown = chosenName(name, 100);
  return subjectHref === undefined ? shown : html`<a href="${subjectHref}">${shown}</a>`;
};

export const subject = (row: FindingRow): Html =>
  html`${subjectName(row)}<span class="line hint">${subjectWord(row)} <code class="long">${plainText(row.subject, 120)}</code></span>`;
