import type { Context } from 'koa';
import type { Text } from '../../../views/html.ts';
import {
  type ChooseKillModel,
  chooseKillPage,
  type KillRow,
  type KillScope,
  killPage,
  killsPage,
  liftKillPage,
  type PreviewKillModel,
  previewKillPage,
} from '../../../views/pages/console-kills.ts';
import { isDocumentId } from '../../domain/clients/clients/metadata-document.ts';
import { holdsRole } from '../../domain/identity/accounts/account.ts';
import { isGroupId } from '../../domain/identity/groups/group.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { KILL_SCOPES } from '../../domain/vocabulary/kill.ts';
import { queryOf, recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import type { AnswerOf } from './console-calls.ts';
import {
  agentHref,
  type ConsoleDeps,
  clientHref,
  doerName,
  groupHref,
  type Names,
  partyNames,
  personHref,
} from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { consoleRefusal } from './console-refusals.ts';
import { delegationHref } from './delegation-tree.ts';
import { askedOf, listed } from './list-page.ts';
import { findNamed } from './named-objects.ts';
import { stepUp } from './step-up.ts';
import { requireTyped } from './typed-confirmation.ts';

/** A kill as the management API shows it. */
type ShownKill = AnswerOf<'getKill'>;

/** Scopes whose target has a name. The target of the others is an id. */
const NAMED = { agent: 'agent', owner: 'owner', account: 'account', client: 'client' } as const;

const AGAIN: readonly string[] = ['invalid_field', 'invalid_request', 'not_found', 'conflict'];

type Values = PreviewKillModel['values'];
type Errors = PreviewKillModel['errors'];

const EMPTY: Values = { confirm: '', reason: '' };

/** Adds `/console/kills`: the list of kills, the choice of a target, its preview and confirmation, and the lift. */
export const addKillPages = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const home = `${deps.basePath}/console/kills`;
  const withFactor = stepUp(deps);

  page('/console/kills', async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const asked = askedOf(query, ['standing']);
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      {
        ...{ operation: 'listKills', path: home, asked: { state: asked.state } },
        query: asked.state === '' ? {} : { standing: true },
      },
      query.get('after'),
    );
    const names = await namesIn(parts, items);
    const newHref = calls.may('createKill', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = items.map((one) => rowOf(home, one, names));
    sendPage(ctx, 200, killsPage({ ...frame, action: home, asked, rows, pages, ...newHref }));
  });

  addOrder(parts, home);

  const killOf = async ({ account, by }: Viewer, id: string): Promise<ShownKill> =>
    (await calls.run('getKill', account, by, { id })).body;

  page('/console/kills/:id', async (ctx, { viewer, frame }, id) => {
    const kill = await killOf(viewer, id);
    const names = await namesIn(parts, [kill]);
    const row = rowOf(home, kill, names);
    // The API refuses others: operators lift no kill, and owners lift their own orders.
    const isTheirs = !calls.mayAll('liftKill', viewer.account) && kill.by === viewer.account.id;
    const mayLift = kill.state === 'standing' && (holdsRole(viewer.account, 'administrator') || isTheirs);
    sendPage(
      ctx,
      200,
      killPage({
        ...frame,
        kill: {
          ...row,
          signatures: kill.signatures.map(({ by, at }) => ({ byName: doerName(names, by), at })),
          signaturesNeeded: kill.signatures_needed,
          ...(kill.lifted_at === undefined ? {} : { liftedAt: kill.lifted_at }),
          ...targetPage(deps, kill),
        },
        ...(mayLift ? { liftHref: `${row.href}/lift` } : {}),
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });

  page('/console/kills/:id/lift', async (ctx, { viewer, frame }, id) => {
    calls.access('liftKill', viewer.account);
    const kill = await killOf(viewer, id);
    const row = rowOf(home, kill, await namesIn(parts, [kill]));
    sendPage(ctx, 200, liftKillPage({ ...frame, kill: row, action: `${row.href}/lift`, killHref: row.href }));
  });

  router.post('/console/kills/:id/lift', async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const call = () => calls.run('liftKill', account, by, { id });
    if (await withFactor(ctx, account.id, `${home}/${id}/lift`, call)) {
      const { state } = await killOf({ account, by }, id);
      seeOther(ctx, `${home}/${id}?done=${state === 'lifted' ? 'lifted' : 'signed'}`);
    }
  });
};

/** Names of each kind in the field; the user can type others. */
const OFFERED = 40;

/** Names of what the viewer may stop. A name that several have stands once: the refusal then lists their ids. */
const offersTo = async ({ calls }: PageParts, { account, by }: Viewer): Promise<ChooseKillModel['offers']> => {
  const query = { limit: OFFERED };
  const [agents, people, clients] = await Promise.all([
    calls.may('listAgents', account) ? calls.run('listAgents', account, by, { query }) : undefined,
    calls.may('listAccounts', account) ? calls.run('listAccounts', account, by, { query }) : undefined,
    calls.may('listClients', account) ? calls.run('listClients', account, by, { query }) : undefined,
  ]);
  const offers = [
    ...(agents?.body?.items ?? []).map(({ name }) => ({ value: name, kind: 'agent' as const })),
    ...(people?.body?.items ?? []).map(({ username }) => ({ value: username, kind: 'account' as const })),
    ...(clients?.body?.items ?? []).map(({ name }) => ({ value: name, kind: 'client' as const })),
  ];
  return [...new Map(offers.map((one) => [one.value, one])).values()];
};

/** The page of what a kill stopped. */
const targetPage = (deps: ConsoleDeps, { scope, target }: ShownKill): { readonly targetHref?: string } => {
  if (target === undefined) return {};
  switch (scope) {
    case 'agent':
      return { targetHref: agentHref(deps, target) };
    case 'client':
      return { targetHref: clientHref(deps, target) };
    case 'account':
    case 'owner':
      return isGroupId(target) ? { targetHref: groupHref(deps, target) } : { targetHref: personHref(deps, target) };
    case 'delegation':
      return { targetHref: delegationHref(deps, target) };
    default:
      return {};
  }
};

type Target = { readonly id: string; readonly name: string };

/** Adds `/console/kills/new`, and the order. */
const addOrder = (parts: PageParts, home: string): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const find = findNamed(deps, calls);

  const scopesFor = ({ account }: Viewer): readonly KillScope[] =>
    calls.mayAll('createKill', account) ? KILL_SCOPES : ['agent'];

  const targetOf = async (viewer: Viewer, scope: KillScope, typed: string): Promise<Target | undefined> => {
    if (scope === 'all') return undefined;
    if (typed === '') throw consoleRefusal('name_unknown', { field: '/name', params: { name: '?' } });
    // The id of a client can be the URL of its metadata document, or of the site of several.
    const isNamed = scope in NAMED && !(scope === 'client' && isDocumentId(typed));
    return isNamed ? find(viewer, NAMED[scope as keyof typeof NAMED], typed, '/name') : { id: typed, name: typed };
  };

  const showPreview = async (
    ctx: Context,
    { viewer, frame }: Opened,
    scope: KillScope,
    target: Target | undefined,
    { status = 200, values = EMPTY, errors = {} }: { status?: number; values?: Values; errors?: Errors } = {},
  ): Promise<void> => {
    const query = { scope, ...(target === undefined ? {} : { id: target.id }) };
    const ends = (await calls.run('previewKill', viewer.account, viewer.by, { query })).body;
    const names = await partyNames(deps, ends?.delegations.items.map(({ actor }) => actor) ?? []);
    const named = target && { id: target.id, name: ends?.name ?? target.name };
    sendPage(
      ctx,
      status,
      previewKillPage({
        ...{ ...frame, action: home, cancelHref: home, scope, values, errors },
        ...(named ? { target: named } : {}),
        confirm: named?.name ?? new URL(deps.issuer).host,
        agents: {
          items: (ends?.agents.items ?? []).map(({ id, name }) => ({ name, href: agentHref(deps, id) })),
          more: ends?.agents.more ?? false,
        },
        delegations: {
          items: (ends?.delegations.items ?? []).map(({ actor, resource }) => ({ agent: names(actor), resource })),
          more: ends?.delegations.more ?? false,
        },
        grants: ends?.grants ?? { count: 0, more: false },
        sessions: ends?.sessions ?? { count: 0, more: false },
      }),
    );
  };

  page('/console/kills/new', async (ctx, opened) => {
    const { viewer, frame } = opened;
    calls.access('createKill', viewer.account);
    const query = queryOf(ctx);
    const scopes = scopesFor(viewer);
    const asked = scopes.find((one) => one === query.get('scope'));
    const typed = (query.get('name') ?? '').trim().slice(0, 512);
    const choose = async (status: number, error?: Text): Promise<void> =>
      sendPage(
        ctx,
        status,
        chooseKillPage({
          ...{
            ...frame,
            action: `${home}/new`,
            cancelHref: home,
            scopes,
            scope: asked ?? 'agent',
            typed,
            offers: await offersTo(parts, viewer),
          },
          ...(error === undefined ? {} : { error }),
        }),
      );
    if (asked === undefined) return choose(200);
    try {
      await showPreview(ctx, opened, asked, await targetOf(viewer, asked, typed));
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      await choose(statusOf(error), refusalPhrase(shownErrors(error)[0]));
    }
  });

  router.post('/console/kills', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const opened = openedAs(ctx, session);
    const { viewer } = opened;
    const scope = scopesFor(viewer).find((one) => one === single(form, 'scope'));
    if (scope === undefined) throw consoleRefusal('kill_scope_unknown', { field: '/scope' });
    const id = single(form, 'id');
    const values = { confirm: (single(form, 'confirm') ?? '').trim(), reason: (single(form, 'reason') ?? '').trim() };
    const target = scope === 'all' ? undefined : { id: id ?? '', name: id ?? '' };
    const query = { scope, ...(target === undefined ? {} : { id: target.id }) };
    const { body: ends } = await calls.run('previewKill', viewer.account, viewer.by, { query });
    const name = scope === 'all' ? new URL(deps.issuer).host : (ends?.name ?? target?.id ?? '');
    try {
      requireTyped(values.confirm, name);
      const body = { scope, ...(target === undefined ? {} : { id: target.id }), reason: values.reason };
      const made = await calls.run('createKill', viewer.account, viewer.by, { body });
      seeOther(ctx, `${home}/${made.body?.id}?done=${made.status === 202 ? 'killedHere' : 'killed'}`);
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      const [first] = shownErrors(error);
      const field = first.pointer === '/confirm' ? 'confirm' : 'reason';
      const errors = { [field]: refusalPhrase(first) };
      await showPreview(ctx, opened, scope, target, { status: statusOf(error), values, errors });
    }
  });
};

const namesIn = ({ deps }: PageParts, kills: readonly ShownKill[]): Promise<Names> =>
  partyNames(
    deps,
    kills.flatMap(({ target, by, signatures }) => [target, by, ...signatures.map((one) => one.by)]),
  );

const rowOf = (
  home: string,
  { id, scope, target, state, reason, by, created_at: at }: ShownKill,
  names: Names,
): KillRow => ({
  ...{ id, href: `${home}/${id}`, scope, state, reason, at },
  ...(target === undefined ? {} : { target: names(target) }),
  byName: doerName(names, by),
});
