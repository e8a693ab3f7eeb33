import { cellText, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, commaList, confirmPage, table } from '../partials/console-list.ts';
import { figureTiles } from '../partials/figure-tiles.ts';
import { numberPhrase } from '../time-text.ts';
import { dryRunWords as words } from '../words/console-dry-run.ts';

export type DryRunRow = {
  readonly id: string;
  readonly kind: keyof typeof words.kinds;
  readonly name: string;
  readonly outcome: keyof typeof words.outcomes;
  /** Attributes that would change. */
  readonly changed: readonly string[];
  /** Why it is a conflict or refused. */
  readonly why?: Text;
};

type AttributeRow = {
  readonly attribute: string;
  readonly use: keyof typeof words.uses;
  readonly example: string;
};

type GroupRow = {
  readonly name: string;
  /** The group here. Absent: it is not mapped. */
  readonly here?: string;
};

/** What the dry run of a directory would do. */
export type DryRunModel = {
  readonly counts: Readonly<Record<keyof typeof words.outcomes, number>>;
  /** Whether more accounts would be deactivated than the limit of the directory allows. */
  readonly isOverLimit: boolean;
  readonly attributes: readonly AttributeRow[];
  readonly groups: readonly GroupRow[];
  readonly rows: readonly DryRunRow[];
  readonly isMore: boolean;
};

const OUTCOMES = ['create', 'link', 'change', 'deactivate', 'conflict', 'refuse'] as const;
const LOOKS = {
  ...{ create: 'good', link: 'good', change: 'still' },
  ...{ deactivate: 'warn', conflict: 'warn', refuse: 'warn' },
} as const;

const ROWS: readonly Column<DryRunRow>[] = [
  {
    title: words.entry,
    cell: ({ name, kind }) => html`${chosenName(name, 100)}<span class="line hint">${words.kinds[kind]}</span>`,
  },
  {
    title: words.outcome,
    cell: ({ outcome }) => html`<span class="tag ${LOOKS[outcome]}">${words.outcomes[outcome]}</span>`,
  },
  {
    title: words.details,
    cell: ({ changed, why }) =>
      why === undefined
        ? commaList(
            changed.map((one) => html`<code>${plainText(one, 120)}</code>`),
            '–',
          )
        : typeof why === 'string'
          ? cellText(why, 300)
          : why,
  },
];

type MappingRow = { readonly attribute: HtmlValue; readonly becomes: HtmlValue; readonly example: HtmlValue };

const MAPPING: readonly Column<MappingRow>[] = [
  { title: words.attribute, cell: ({ attribute }) => attribute },
  { title: words.becomes, cell: ({ becomes }) => becomes },
  { title: words.example, cell: ({ example }) => example },
];

const mappingRows = ({ attributes, groups }: DryRunModel): readonly MappingRow[] => [
  ...attributes.map(({ attribute, use, example }) => ({
    ...{ attribute: html`<code>${plainText(attribute, 120)}</code>`, becomes: words.uses[use] },
    example: cellText(example, 120),
  })),
  ...groups.map(({ name, here }) => ({
    attribute: words.groupName,
    becomes: here === undefined ? words.noGroup : words.groupOf(isolated(here, 100)),
    example: isolated(name, 100),
  })),
];

/** The report of a dry run, before everything else about the directory. */
export const dryRun = (model: DryRunModel): Html => {
  const mapping = mappingRows(model);
  return html`<div class="flash warning"><span>${words.lead}</span></div>
<section aria-labelledby="dry-run"><h2 id="dry-run">${words.title}</h2>
${
  model.rows.length === 0 ? html`<p>${words.empty}</p>` : countTiles(model.counts)
}${model.isOverLimit && html`<p class="hint">${words.overLimit}</p>`}</section>
${
  mapping.length > 0 &&
  html`<section aria-labelledby="mapping"><h2 id="mapping">${words.mapping}</h2>
${table(MAPPING, mapping, 'mapping')}</section>`
}
${
  model.rows.length > 0 &&
  html`<section aria-labelledby="entries"><h2 id="entries">${words.entries}</h2>
${table(ROWS, model.rows, 'entries')}
${model.isMore && html`<p class="hint">${words.entriesMore(numberPhrase(model.rows.length))}</p>`}</section>`
}`;
};

/** What needs a look is marked. */
const countTiles = (counts: DryRunModel['counts']): Html =>
  figureTiles(
    words.title,
    OUTCOMES.map((outcome) => ({
      ...{ figure: numberPhrase(counts[outcome]), label: words.counted[outcome] },
      isUrgent: LOOKS[outcome] === 'warn' && counts[outcome] > 0,
    })),
  );

type Asked = { readonly href: string; readonly name: string };

/** Asks before a directory starts for real, and says what it would do. */
export const startDirectoryPage = (
  frame: ConsoleFrame,
  { href, name, counts }: Asked & Pick<DryRunModel, 'counts'>,
): Html =>
  confirmPage(frame, {
    ...{ place: 'directories', title: words.start, question: words.startAsked(chosenName(name, 100)) },
    ...{ lead: words.startLead, isNarrow: true, kind: 'primary' },
    ...{ more: countTiles(counts), alsoStyle: 'charts.css' },
    ...{ button: words.start, action: `${href}/start`, cancelHref: href },
  });
