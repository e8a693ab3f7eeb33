import {
  type DirectoryModel,
  type DirectoryRow,
  directoriesPage,
  directoryPage,
  resumeDirectoryPage,
} from '../../../views/pages/console-directories.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { directoryWords as words } from '../../../views/words/console-directories.ts';
import { dryRunWords } from '../../../views/words/console-dry-run.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { registerWords } from '../../../views/words/registries.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import type { AnswerOf, ConsoleCalls } from './console-calls.ts';
import {
  blueprintHref,
  type ConsoleDeps,
  clientHref,
  directoryHref,
  type Names,
  partyNames,
  personHref,
} from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { accountActions, addDirectoryAccountPages } from './directory-account-pages.ts';
import { addStart, dryRunModel } from './directory-dry-run.ts';
import { connectionOf, directoryForms } from './directory-forms.ts';
import { addDirectorySecretPages, secretLinks } from './directory-secret-pages.ts';
import { listed } from './list-page.ts';
import { addObjectActions } from './object-actions.ts';
import { addObjectForms } from './object-forms.ts';
import { stepUp } from './step-up.ts';

const PATH = '/console/directories';
/** Held accounts on the page of a directory. */
const MOST_HELD = 100;

type ShownDirectory = AnswerOf<'getDirectory'>;
type ShownActivity = AnswerOf<'getDirectoryActivity'>;

/** Adds `/console/directories`: the directories that provision accounts over SCIM, and what is done with one. */
export const addDirectoryPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const from = queryOf(ctx).get('after');
    const { items, pages } = await listed(deps, calls, viewer, { operation: 'listDirectories', path: home }, from);
    const rows: DirectoryRow[] = [];
    for (const one of items) rows.push(await rowOf(deps, one, await activityOf(parts, viewer, one.id)));
    const newHref = calls.may('createDirectory', viewer.account) ? { newHref: `${home}/new` } : {};
    const asked = { search: '', state: '' };
    sendPage(ctx, 200, directoriesPage({ ...frame, action: home, asked, rows, pages, ...newHref }));
  });

  addObjectForms(parts, directoryForms(parts, PATH));
  addResumption(parts);
  addDirectorySecretPages(parts, PATH);
  addDirectoryAccountPages(parts, PATH);
  addStart(parts, PATH);
  addObjectActions(parts, {
    ...{ path: PATH, place: 'directories' },
    nameOf: async (viewer, id) => (await getDirectory(parts, viewer, id)).name,
    actions: {
      disable: {
        ...{ operation: 'disableDirectory', done: 'directoryDisabled' },
        asks: {
          ...{ title: words.disableTitle, question: words.disableAsked },
          ...{ lead: words.disableLead, button: registerWords.disable },
        },
      },
      enable: { operation: 'enableDirectory', done: 'directoryEnabled' },
      'dry-run': {
        ...{ operation: 'startDirectoryDryRun', done: 'dryRunStarted' },
        asks: {
          ...{ title: dryRunWords.beginDryRun, question: dryRunWords.dryRunAsked },
          ...{ lead: dryRunWords.dryRunBegins, button: dryRunWords.beginDryRun },
        },
      },
    },
  });

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const directory = await getDirectory(parts, viewer, id);
    sendPage(ctx, 200, directoryPage({ ...frame, ...(await modelOf(parts, viewer, directory)) }));
  });
};

/** The directory that provisions an account, for its page. Undefined: none does, or the viewer may not see directories. */
export const directoryOf = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account, by }: Viewer,
  id: string,
): Promise<{ readonly name: string; readonly href: string } | undefined> => {
  if (!calls.may('getDirectory', account)) return undefined;
  const directory = await deps.directoryAccounts.directoryOf(id);
  if (directory === undefined) return undefined;
  try {
    const { body } = await calls.run('getDirectory', account, by, { id: directory });
    return body && { name: body.name, href: directoryHref(deps, directory) };
  } catch (error) {
    if (!isDomainError(error) || error.code !== 'not_found') throw error;
    return undefined;
  }
};

const getDirectory = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<ShownDirectory> =>
  (await calls.run('getDirectory', account, by, { id })).body;

const activityOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<ShownActivity> =>
  (await calls.run('getDirectoryActivity', account, by, { id })).body;

const rowOf = async (
  deps: ConsoleDeps,
  { id, name, state, dry_run_from: dryRunFrom }: ShownDirectory,
  { last_contact_at: lastContactAt, paused_at: pausedAt }: ShownActivity,
): Promise<DirectoryRow> => ({
  ...{ id, href: directoryHref(deps, id), name, state, users: await deps.directoryAccounts.count(id) },
  ...(lastContactAt === undefined ? {} : { lastContactAt }),
  ...(pausedAt === undefined ? {} : { pausedAt }),
  isDryRun: dryRunFrom !== undefined,
});

const modelOf = async (
  parts: PageParts,
  viewer: Viewer,
  directory: ShownDirectory,
): Promise<Omit<DirectoryModel, keyof Parameters<typeof resumeDirectoryPage>[0]>> => {
  const { deps, calls } = parts;
  const { account, by } = viewer;
  const { id, client } = directory;
  const activity = await activityOf(parts, viewer, id);
  const row = await rowOf(deps, directory, activity);
  const secrets = (await calls.run('listDirectorySecrets', account, by, { id })).body?.items ?? [];
  const held = activity.held.slice(0, MOST_HELD);
  const names = await partyNames(deps, [client, ...held, ...secrets.map(({ owner }) => owner)]);
  const hasPersonPages = calls.may('getAccount', account);
  const person = named(names, (one) => (hasPersonPages ? personHref(deps, one) : undefined));
  const software = named(names, (one) => (calls.may('getClient', account) ? clientHref(deps, one) : undefined));
  return {
    directory: {
      ...{ ...row, client: software(client), verifiesEmails: directory.verifies_emails === true },
      ...{ mostAccounts: directory.most_accounts, mostDeactivations: directory.most_deactivations },
      ...{ mostDeactivationsPercent: directory.most_deactivations_percent, deactivations: activity.deactivations },
      ...{ allowed: activity.allowed, createdAt: directory.created_at, updatedAt: directory.updated_at },
      ...(await blueprintOf(parts, viewer, directory)),
    },
    connection: connectionOf(deps.issuer),
    ...(row.isDryRun ? { dryRun: await dryRunModel(parts, viewer, directory) } : {}),
    held: { accounts: held.map(person), isMore: activity.more_held || activity.held.length > held.length },
    groups: Object.entries(directory.groups ?? {}).map(([there, here]) => ({ there, here })),
    secretLinks: secretLinks(parts, viewer, { id, hasSecret: secrets.some(({ state }) => state === 'active') }),
    secrets: secrets.map(({ id: secret, owner, reason, state, expires_at: expiresAt, revoked_at: revokedAt }) => ({
      ...{ id: secret, owner: person(owner), reason, state, endsAt: revokedAt ?? expiresAt },
    })),
    actions: actionsOn(parts, viewer, row),
    ...(calls.may('listAuditEvents', account) ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` } : {}),
  };
};

/** The blueprint of the agents that the directory creates. */
const blueprintOf = async (
  { deps, calls }: PageParts,
  { account }: Viewer,
  { agent_blueprint: id }: ShownDirectory,
): Promise<Pick<DirectoryModel['directory'], 'agentBlueprint'>> => {
  if (id === undefined) return {};
  const name = (await deps.blueprints.get(id))?.document.name ?? id;
  const href = calls.may('getBlueprint', account) ? { href: blueprintHref(deps, id) } : {};
  return { agentBlueprint: { name, ...href } };
};

const named = (names: Names, hrefOf: (id: string) => string | undefined) => (id: string) => {
  const href = hrefOf(id);
  return { name: names(id), ...(href === undefined ? {} : { href }) };
};

const actionsOn = (
  { calls }: PageParts,
  { account }: Viewer,
  { state, pausedAt, href, isDryRun, users }: DirectoryRow,
): readonly (ObjectAction | false)[] => [
  isDryRun &&
    calls.may('startDirectory', account) && { text: dryRunWords.start, href: `${href}/start`, kind: 'primary' },
  pausedAt !== undefined &&
    calls.may('resumeDirectory', account) && { text: words.resume, href: `${href}/resume`, kind: 'primary' },
  // Of a directory with accounts that it created, the call is refused.
  (isDryRun || users.count === 0) &&
    calls.may('startDirectoryDryRun', account) && {
      ...{ text: isDryRun ? dryRunWords.beginAnew : dryRunWords.beginDryRun, href: `${href}/dry-run` },
    },
  calls.may('updateDirectory', account) && { text: fieldWords.change, href: `${href}/edit` },
  ...accountActions({ calls }, account, href),
  state === 'disabled' &&
    calls.may('enableDirectory', account) && { text: registerWords.enable, action: `${href}/enable` },
  state === 'active' &&
    calls.may('disableDirectory', account) && { text: registerWords.disable, href: `${href}/disable`, kind: 'danger' },
];

/** Adds the page that resumes deactivations. The form says how many pass, so that none passes that the viewer did not see. */
const addResumption = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);

  page(`${PATH}/:id/resume`, async (ctx, { viewer, frame }, id) => {
    calls.access('resumeDirectory', viewer.account);
    const { name } = await getDirectory(parts, viewer, id);
    const { held, paused_at: pausedAt } = await activityOf(parts, viewer, id);
    const href = directoryHref(deps, id);
    // Nothing to resume, or not any more.
    if (pausedAt === undefined) return seeOther(ctx, href);
    sendPage(ctx, 200, resumeDirectoryPage(frame, { href, name, held: held.length }));
  });

  router.post(`${PATH}/:id/resume`, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const href = directoryHref(deps, id);
    const allowed = single(form, 'allowed') ?? '';
    // Anything but digits is no number, which the API refuses and names.
    const body = { allowed: /^\d{1,7}$/.test(allowed) ? Number(allowed) : Number.NaN };
    const call = () => calls.run('resumeDirectory', account, by, { id, body });
    if (await withFactor(ctx, account.id, `${href}/resume`, call)) seeOther(ctx, `${href}?done=directoryResumed`);
  });
};
