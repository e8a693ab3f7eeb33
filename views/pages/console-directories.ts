import { chosenName, isolated } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { connectionValues } from '../partials/connection-values.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import {
  type Column,
  confirmPage,
  factList,
  type ListModel,
  listPage,
  registeredState,
  table,
} from '../partials/console-list.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { type ObjectAction, type ObjectLink, objectPage } from '../partials/object-page.ts';
import { agoText, numberPhrase, timeText } from '../time-text.ts';
import { directoryWords as words } from '../words/console-directories.ts';
import { dryRunWords } from '../words/console-dry-run.ts';
import { fieldWords } from '../words/console-fields.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';
import { type DirectorySecretRow, directorySecrets } from './console-directory-secrets.ts';
import { type DryRunModel, dryRun } from './console-dry-run.ts';

export type DirectoryRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly state: 'active' | 'disabled';
  /** How many accounts it has; `isMore`: more than that. */
  readonly users: { readonly count: number; readonly isMore: boolean };
  readonly lastContactAt?: number;
  /** Since when its deactivations are paused. */
  readonly pausedAt?: number;
  /** Whether its requests are checked only. */
  readonly isDryRun: boolean;
};

const usersOf = ({ users: { count, isMore } }: DirectoryRow): HtmlValue =>
  isMore ? words.usersMore(numberPhrase(count)) : numberPhrase(count);
const contactOf = ({ lastContactAt }: DirectoryRow): HtmlValue =>
  lastContactAt === undefined ? words.never : agoText(lastContactAt);
const stateOf = ({ state, pausedAt, isDryRun }: DirectoryRow): Html =>
  html`${registeredState(state)}${isDryRun && html` <span class="tag warn">${dryRunWords.tag}</span>`}${pausedAt !== undefined && html` <span class="tag warn">${words.paused}</span>`}`;

const COLUMNS: readonly Column<DirectoryRow>[] = [
  { title: fieldWords.name, cell: ({ href, name }) => html`<a href="${href}">${chosenName(name, 100)}</a>` },
  { title: registerWords.state, cell: stateOf },
  { title: words.users, cell: usersOf },
  { title: words.last, cell: contactOf },
];

export const directoriesPage = (model: ListModel<DirectoryRow>): Html =>
  listPage(model, {
    ...{ place: 'directories', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.directories, newText: words.make },
  });

type GroupRow = { readonly there: string; readonly here: string };
export type DirectoryModel = ConsoleFrame & {
  readonly directory: DirectoryRow & {
    readonly client: NamedLink;
    readonly verifiesEmails: boolean;
    /** The blueprint of agents that it may create. Absent: it creates none. */
    readonly agentBlueprint?: NamedLink;
    readonly mostAccounts: number;
    readonly mostDeactivations: number;
    readonly mostDeactivationsPercent: number;
    /** Deactivations of the last ten minutes. */
    readonly deactivations: number;
    /** Further ones that an administrator let pass. */
    readonly allowed: number;
    readonly createdAt: number;
    readonly updatedAt: number;
  };
  /** What an administrator enters at the directory. */
  readonly connection: readonly (readonly [name: keyof typeof words.connection, value: string])[];
  /** Absent: it is in no dry run. */
  readonly dryRun?: DryRunModel;
  /** Accounts whose deactivation was refused in this pause. `isMore`: the list is not whole. */
  readonly held: { readonly accounts: readonly NamedLink[]; readonly isMore: boolean };
  readonly groups: readonly GroupRow[];
  readonly secrets: readonly DirectorySecretRow[];
  /** Pages that change them. */
  readonly secretLinks: readonly ObjectLink[];
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

export const directoryPage = (model: DirectoryModel): Html => {
  const { directory } = model;
  return objectPage(model, {
    ...{ place: 'directories', title: words.directory, name: directory.name, id: directory.id },
    ...{ state: stateOf(directory), actions: model.actions },
    ...(model.dryRun ? { alsoStyle: 'charts.css' as const } : {}),
    first: html`${model.dryRun && dryRun(model.dryRun)}
${deactivations(model)}`,
    facts: [
      [words.client, linkedName(directory.client)],
      [words.users, words.most(usersOf(directory), numberPhrase(directory.mostAccounts))],
      [words.last, contactOf(directory)],
      [words.verifies, directory.verifiesEmails ? words.verified : words.notVerified],
      [
        words.agentBlueprint,
        directory.agentBlueprint === undefined ? words.noAgents : linkedName(directory.agentBlueprint),
      ],
      [registerWords.made, timeText(directory.createdAt)],
      directory.updatedAt !== directory.createdAt && [registerWords.changed, timeText(directory.updatedAt)],
    ],
    further: html`${connection(model)}
${groups(model)}
${directorySecrets(model.secrets, model.secretLinks)}`,
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

const HELD: readonly Column<NamedLink>[] = [{ title: words.account, cell: linkedName }];

const deactivations = ({ directory, held }: DirectoryModel): Html =>
  html`${directory.pausedAt !== undefined && html`<div class="flash warning"><span>${words.pausedLead}</span></div>`}
<section aria-labelledby="deactivations" class="card"><h2 id="deactivations">${words.deactivations}</h2>
${factList([
  directory.pausedAt !== undefined && [words.pausedSince, agoText(directory.pausedAt)],
  [words.lastTenMinutes, numberPhrase(directory.deactivations)],
  [words.limit, words.limitOf(numberPhrase(directory.mostDeactivations), directory.mostDeactivationsPercent)],
  directory.allowed > 0 && [words.allowed, numberPhrase(directory.allowed)],
])}</section>
${
  held.accounts.length > 0 &&
  html`<section aria-labelledby="held"><h2 id="held">${words.held}</h2>
${table(HELD, held.accounts, 'held')}
${held.isMore && html`<p class="hint">${words.heldMore(numberPhrase(held.accounts.length))}</p>`}</section>`
}`;

const connection = ({ connection: values }: DirectoryModel): Html =>
  connectionValues(
    words.atDirectory,
    values.map(([name, value]) => [words.connection[name], value]),
  );

const GROUPS: readonly Column<GroupRow>[] = [
  { title: words.groupThere, cell: ({ there }) => isolated(there, 200) },
  { title: words.groupHere, cell: ({ here }) => isolated(here, 200) },
];

const groups = ({ groups: rows }: DirectoryModel): Html =>
  html`<section aria-labelledby="groups"><h2 id="groups">${words.groups}</h2>
${rows.length === 0 ? html`<p class="empty">${words.noGroups}</p>` : table(GROUPS, rows, 'groups')}</section>`;

/** Asks before held deactivations pass. The form sends how many: those that the viewer saw, and no later ones. */
export const resumeDirectoryPage = (
  frame: ConsoleFrame,
  { href, name, held }: { readonly href: string; readonly name: string; readonly held: number },
): Html =>
  confirmPage(frame, {
    ...{ place: 'directories', title: words.resume, question: words.resumeAsked(chosenName(name, 100)) },
    ...{ lead: words.resumeLead, isNarrow: true },
    more: html`<p>${words.passes(held, numberPhrase(held))}</p>`,
    fields: html`<input type="hidden" name="allowed" value="${String(held)}">`,
    ...{ button: words.resume, action: `${href}/resume`, cancelHref: href },
  });
