import {
  type DifferenceRow,
  reconciliationPage,
  removeTargetPage,
  type TargetFailureFacts,
  type TargetModel,
  type TargetRow,
  targetPage,
  targetsPage,
} from '../../../views/pages/console-targets.ts';
import type { NamedLink } from '../../../views/partials/named-link.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { targetRemedy, targetWords as words } from '../../../views/words/console-targets.ts';
import { isGroupId } from '../../domain/identity/groups/group.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref, groupHref, type Names, partyNames, personHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { listed } from './list-page.ts';
import { addObjectActions } from './object-actions.ts';
import { addObjectForms } from './object-forms.ts';
import { addObjectRemoval } from './object-removal.ts';
import { stepUp } from './step-up.ts';
import { TARGETS as PATH, targetForms } from './target-forms.ts';

/** A target as the management API shows it. */
type ShownTarget = AnswerOf<'getProvisioningTarget'>;
type Report = AnswerOf<'reconcileProvisioningTarget'>;

/** Adds `/console/provisioning-targets`: the directories elsewhere, what waits for each, and the comparison with one. */
export const addTargetPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const from = queryOf(ctx).get('after');
    const asked = { operation: 'listProvisioningTargets', path: home } as const;
    const { items, pages } = await listed(deps, calls, viewer, asked, from);
    const newHref = calls.may('createProvisioningTarget', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = items.map((one) => rowOf(home, one));
    sendPage(
      ctx,
      200,
      targetsPage({ ...frame, action: home, asked: { search: '', state: '' }, rows, pages, ...newHref }),
    );
  });

  addObjectForms(parts, targetForms(deps, home));
  addObjectActions(parts, {
    ...{ path: PATH, place: 'provisioning-targets' },
    nameOf: async (viewer, id) => (await targetOf(parts, viewer, id)).name,
    actions: {
      pause: { operation: 'pauseProvisioningTarget', done: 'targetPaused' },
      resume: { operation: 'resumeProvisioningTarget', done: 'targetResumed' },
    },
  });
  addTest(parts, home);
  addReconciliation(parts, home);
  addObjectRemoval(parts, {
    ...{ path: PATH, operation: 'removeProvisioningTarget' },
    read: (viewer, id) => targetOf(parts, viewer, id),
    asking: removeTargetPage,
  });

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const target = await targetOf(parts, viewer, id);
    const query = queryOf(ctx);
    const [tested, compared] = [query.get('failure'), query.get('compared')];
    const said =
      tested !== null
        ? words.testFailed(targetRemedy(tested))
        : compared !== null
          ? words.compareFailed(targetRemedy(compared))
          : undefined;
    sendPage(
      ctx,
      200,
      targetPage({
        ...{ ...frame, ...(await modelOf(parts, viewer, home, target)) },
        ...(said ? { flash: { kind: 'warning', text: said } as const } : {}),
      }),
    );
  });
};

const targetOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<ShownTarget> =>
  (await calls.run('getProvisioningTarget', account, by, { id })).body;

const failedOf = ({
  last_failure: failure,
  last_failure_at: at,
}: ShownTarget): { readonly failed?: TargetFailureFacts } =>
  failure === undefined || at === undefined ? {} : { failed: { ...factsOf(failure), at } };

const factsOf = ({ failure, status, detail }: NonNullable<ShownTarget['last_failure']>) => ({
  failure,
  ...(status === undefined ? {} : { status }),
  ...(detail === undefined ? {} : { detail }),
});

const rowOf = (home: string, target: ShownTarget): TargetRow => {
  const { id, name, url, state, waiting, last_success_at: succeededAt, failing_since: failingSince } = target;
  return {
    ...{ id, href: `${home}/${id}`, name, url, waiting },
    state: state === 'active' && failingSince !== undefined ? 'failing' : state,
    ...(succeededAt === undefined ? {} : { succeededAt }),
    ...failedOf(target),
  };
};

type Linked = (id: string) => NamedLink;

/** The page of an agent, account or group that the viewer may open. */
const linked = ({ deps, calls }: PageParts, { account }: Viewer, names: Names): Linked => {
  const hasPersonPages = calls.may('getAccount', account);
  const hrefOf = (id: string): string | undefined => {
    if (id.startsWith('agt_')) return agentHref(deps, id);
    if (isGroupId(id)) return groupHref(deps, id);
    return hasPersonPages ? personHref(deps, id) : undefined;
  };
  return (id: string) => {
    const href = hrefOf(id);
    return { name: names(id), ...(href === undefined ? {} : { href }) };
  };
};

const modelOf = async (
  parts: PageParts,
  viewer: Viewer,
  home: string,
  target: ShownTarget,
): Promise<Pick<TargetModel, 'target' | 'refused' | 'actions' | 'auditLogHref'>> => {
  const { deps, calls } = parts;
  const { account, by } = viewer;
  const { id, agents, failing_since: failingSince, due_at: dueAt, node } = target;
  const refused = (await calls.run('listRefusedObjects', account, by, { id })).body?.items ?? [];
  const isAll = agents.includes('*');
  const ids = [...(isAll ? [] : agents), ...refused.map(({ object }) => object)];
  const link = linked(parts, viewer, await partyNames(deps, ids));
  const row = rowOf(home, target);
  return {
    target: {
      ...{ ...row, backlog: target.backlog, isComparing: target.comparing, pushed: target.pushed },
      ...{ agentName: target.agent_name, userName: target.user_name, removal: target.removal },
      ...{ createdAt: target.created_at, updatedAt: target.updated_at },
      ...(isAll ? {} : { agents: agents.map(link) }),
      ...(failingSince === undefined ? {} : { failingSince }),
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(node === undefined ? {} : { node }),
      ...(target.token_endpoint === undefined ? {} : { tokensFrom: target.token_endpoint }),
      ...(target.token_client_id === undefined ? {} : { tokenClient: target.token_client_id }),
    },
    refused: refused.map(({ object, at, ...failure }) => ({ ...factsOf(failure), at, object: link(object) })),
    actions: actionsOn(parts, viewer, row),
    ...(calls.may('listAuditEvents', account) ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` } : {}),
  };
};

/** What mends a failing target comes first. */
const actionsOn = (
  { calls }: PageParts,
  { account }: Viewer,
  { state, href }: TargetRow,
): readonly (ObjectAction | false)[] => {
  if (!calls.may('updateProvisioningTarget', account)) return [];
  return [
    state === 'paused' && { text: words.resume, action: `${href}/resume`, kind: 'primary' },
    state === 'failing' && { text: words.tryNow, action: `${href}/resume`, kind: 'primary' },
    { text: words.compare, action: `${href}/reconcile` },
    { text: words.test, action: `${href}/test` },
    state !== 'paused' && { text: words.pause, action: `${href}/pause` },
    { text: fieldWords.change, href: `${href}/edit` },
    { text: words.remove, href: `${href}/delete`, kind: 'danger' },
  ];
};

/** Adds the button that reads the configuration of the target. The link back names the failure by its code. */
const addTest = ({ router, deps, calls, sessions, openedAs }: PageParts, home: string): void => {
  const withFactor = stepUp(deps);
  router.post(`${PATH}/:id/test`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    await withFactor(ctx, account.id, `${home}/${id}`, async () => {
      const { body } = await calls.run('testProvisioningTarget', account, by, { id });
      const failed = new URLSearchParams({ failure: body?.failure?.failure ?? 'unavailable' });
      seeOther(ctx, `${home}/${id}?${body?.answered === true ? 'done=targetTested' : failed}`);
    });
  });
};

const rowsOf = ({ missing, surplus, different, doubled }: Report, link: Linked): readonly DifferenceRow[] => [
  ...missing.map((id) => ({ object: link(id), kind: 'missing' as const })),
  ...surplus.map((id) => ({ object: link(id), kind: 'surplus' as const })),
  ...different.map(({ object, attributes }) => ({ object: link(object), kind: 'different' as const, attributes })),
  ...doubled.map((id) => ({ object: link(id), kind: 'doubled' as const })),
];

/** Adds the comparison, which calls the target and so is no GET, and the button that pushes what differs. */
const addReconciliation = (parts: PageParts, home: string): void => {
  const { router, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);

  for (const [tail, apply] of [
    ['reconcile', false],
    ['apply', true],
  ] as const) {
    router.post(`${PATH}/:id/${tail}`, async (ctx) => {
      const { form: _, ...session } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      const { viewer, frame } = openedAs(ctx, session);
      const { account, by } = viewer;
      const href = `${home}/${id}`;
      await withFactor(ctx, account.id, href, async () => {
        const { name } = await targetOf(parts, viewer, id);
        const { body: report } = await calls.run('reconcileProvisioningTarget', account, by, { id, body: { apply } });
        if (apply) return seeOther(ctx, `${href}?done=${report.repeated > 0 ? 'targetReconciled' : 'targetSame'}`);
        const { missing, surplus, different, doubled } = report;
        const ids = [...missing, ...surplus, ...doubled, ...different.map(({ object }) => object)];
        const rows = rowsOf(report, linked(parts, viewer, await partyNames(deps, ids)));
        const { same, foreign, complete: isComplete } = report;
        sendPage(ctx, 200, reconciliationPage({ ...frame, id, name, href, rows, same, foreign, isComplete }));
      });
    });
  }
};
