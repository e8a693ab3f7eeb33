import {
  type TransactionEvent,
  type TransactionFacts,
  type TransactionWork,
  transactionPage,
} from '../../../views/pages/console-transaction.ts';
import type { ShownStep } from '../../../views/pages/transaction-steps.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import { agentFactWords } from '../../../views/words/console-agent.ts';
import { transactionWords as words } from '../../../views/words/console-transaction.ts';
import type { AuditEntry } from '../../domain/audit/list-events.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf, ItemOf } from './console-calls.ts';
import {
  agentHref,
  doerName,
  eventHref,
  type Names,
  partyNames,
  resourceNames,
  searchHref,
  statementIn,
  transactionHref,
} from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { delegationHref } from './delegation-tree.ts';
import { listed } from './list-page.ts';
import { policyHref } from './policy-models.ts';
import { stepUp } from './step-up.ts';
import { transactionDifference } from './transaction-difference.ts';

/** Events of one page; the audit log has all. */
const SHOWN = 100;
/** Tokens of one page. */
const STEPS = 50;
/** Tokens that the question before a close looks at. */
const PREVIEWED = 200;
/** Of a viewer who may not see them. */
const NO_EVENTS = { events: [], isMore: false, work: undefined };

const ID = /^[A-Za-z0-9_-]{1,128}$/;

type Shown = AnswerOf<'getTransaction'>;
type Step = ItemOf<'listTransactionSteps'>;

/**
 * Adds `GET /console/transactions/:id`: what the agent declared, the tokens on an axis of time, and the events; and
 * `/console/transactions/:id/close`, which asks first.
 */
export const addTransactionPage = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);

  page('/console/transactions/:id', async (ctx, { viewer, frame }, id) => {
    const { account } = viewer;
    const found = await declaredOf(parts, viewer, id);
    const seesEvents = calls.may('listAuditEvents', account);
    if (!found && !seesEvents) calls.access('listAuditEvents', account);
    const path = transactionHref(deps, id);
    const { items, pages } =
      found || calls.mayAll('listTransactionSteps', account)
        ? await listed(
            deps,
            calls,
            viewer,
            { operation: 'listTransactionSteps', id, path, limit: STEPS },
            queryOf(ctx).get('after'),
          )
        : { items: undefined, pages: {} };
    const { events, isMore, work } = seesEvents ? await eventsOf(parts, viewer, id) : NO_EVENTS;
    sendPage(
      ctx,
      200,
      transactionPage({
        ...{ ...frame, id, events, isMore, now: deps.clock.now(), stepPages: pages, searchHref: searchHref(deps) },
        ...(work ? { work } : {}),
        ...(found ? { facts: await factsOf(parts, viewer, found) } : {}),
        ...(items
          ? {
              steps: await stepsOf(parts, viewer, items),
              comparison: await comparisonOf(parts, viewer, id, (queryOf(ctx).get('against') ?? '').trim()),
            }
          : {}),
        ...(seesEvents ? { auditHref: `${deps.basePath}/console/audit?txn=${encodeURIComponent(id)}` } : {}),
      }),
    );
  });

  page('/console/transactions/:id/close', async (ctx, { viewer, frame }, id) => {
    const { account, by } = viewer;
    calls.access('closeTransaction', account);
    const found = await declaredOf(parts, viewer, id);
    if (!found) throw documentRefusal('object_not_found');
    const { body, next } = await calls.run('listTransactionSteps', account, by, { id, query: { limit: PREVIEWED } });
    const now = deps.clock.now();
    const live = (body?.items ?? []).filter((step) => step.ended_at === undefined && step.expires_at > now).length;
    const [action, cancelHref] = [`${transactionHref(deps, id)}/close`, transactionHref(deps, id)];
    sendPage(
      ctx,
      200,
      confirmPage(frame, {
        ...{ title: words.closeTitle, question: words.closeQuestion, lead: words.closeLead, button: words.close },
        ...{ action, cancelHref, place: 'transactions', isNarrow: true, more: words.live(live, next !== undefined) },
      }),
    );
  });

  router.post('/console/transactions/:id/close', async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const href = transactionHref(deps, id);
    const call = () => calls.run('closeTransaction', account, by, { id });
    if (await withFactor(ctx, account.id, href, call)) seeOther(ctx, `${href}?done=transactionClosed`);
  });
};

const comparisonOf = async (parts: PageParts, viewer: Viewer, id: string, asked: string) => {
  const common = { path: transactionHref(parts.deps, id), against: asked.slice(0, 128) };
  if (asked === '') return common;
  const isSeen =
    ID.test(asked) &&
    asked !== id &&
    ((await declaredOf(parts, viewer, asked)) !== undefined ||
      (!asked.startsWith('trn_') && parts.calls.mayAll('listTransactionSteps', viewer.account)));
  return { ...common, difference: isSeen ? await transactionDifference(parts, viewer, id, asked) : words.notThere };
};

/** What the agent declared; undefined: nothing, or the viewer may not see it. */
const declaredOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<Shown | undefined> => {
  if (!ID.test(id)) throw documentRefusal('object_not_found');
  if (!id.startsWith('trn_') || !calls.may('getTransaction', account)) return undefined;
  const call = calls.run('getTransaction', account, by, { id });
  return (await calls.isThere(call)) ? (await call).body : undefined;
};

const factsOf = async ({ deps, calls }: PageParts, { account }: Viewer, found: Shown): Promise<TransactionFacts> => {
  const { id, agent, owner, trigger, invoker, intent, participants = [], state, cause } = found;
  const { closed_by: closedBy, closed_at: closedAt, composition, composition_grade: grade, traceparent } = found;
  const names = await partyNames(deps, [agent, owner, invoker, closedBy, ...participants]);
  return {
    ...{ state, trigger, source: intent.source, openedAt: found.created_at, expiresAt: found.expires_at },
    ...{ agent: names(agent), owner: names(owner), participants: participants.map(names) },
    ...(calls.may('getAgent', account) ? { agentHref: agentHref(deps, agent) } : {}),
    ...(intent.text === undefined ? {} : { intent: intent.text }),
    ...(cause === undefined ? {} : { cause }),
    ...(closedBy === undefined ? {} : { closedBy: doerName(names, closedBy) }),
    ...(closedAt === undefined ? {} : { closedAt }),
    ...(invoker === undefined ? {} : { invoker: names(invoker) }),
    ...(composition === undefined ? {} : { composition, isAttested: grade === 'attested' }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(state === 'open' && calls.may('closeTransaction', account)
      ? { closeHref: `${transactionHref(deps, id)}/close` }
      : {}),
    ...(state === 'closed' && calls.may('getTransactionReceipt', account)
      ? { receiptHref: `${transactionHref(deps, id)}/receipt.jws` }
      : {}),
    ...(state === 'closed' && calls.may('getTransactionEvidence', account)
      ? { evidenceHref: `${transactionHref(deps, id)}/evidence.zip` }
      : {}),
  };
};

const stepsOf = async (
  { deps, calls }: PageParts,
  { account }: Viewer,
  items: readonly Step[],
): Promise<readonly ShownStep[]> => {
  const names = await partyNames(
    deps,
    items.flatMap(({ agent, calls: reported }) => [agent, ...reported.map(({ server }) => server)]),
  );
  const apis = await resourceNames(
    deps,
    items.flatMap(({ resource }) => resource ?? []),
  );
  const depths = new Map<string, number>();
  return items.map((step): ShownStep => {
    const { token, agent, resource, parent, ended_at: endedAt, ended_by: endedBy, policy, delegation, approval } = step;
    const depth = parent === undefined || !depths.has(parent) ? 0 : (depths.get(parent) ?? 0) + 1;
    depths.set(token, depth);
    return {
      ...{ token, depth, at: step.at, expiresAt: step.expires_at, grade: step.grade, scope: step.scope },
      agent: agent === undefined ? agentFactWords.thisServer : doerName(names, agent),
      ...(agent?.startsWith('agt_') && calls.may('getAgent', account) ? { agentHref: agentHref(deps, agent) } : {}),
      api: resource === undefined ? '' : apis(resource),
      ...(endedAt === undefined || endedBy === undefined ? {} : { ended: { at: endedAt, by: endedBy } }),
      calls: step.calls.map((call) => callOf(call, names)),
      moreCalls: step.reports - step.calls.length,
      ...(step.max_uses === undefined ? {} : { maxUses: step.max_uses }),
      ...(policy === undefined ? {} : { policy: versionOf(policy, deps, calls.may('getPolicySet', account)) }),
      ...(calls.may('getAuditEvent', account) ? { whyHref: eventHref(deps, step.event) } : {}),
      ...(delegation !== undefined && calls.may('getDelegation', account)
        ? { delegationHref: delegationHref(deps, delegation) }
        : {}),
      ...(approval !== undefined && calls.mayAll('listApprovals', account)
        ? { approvalHref: `${deps.basePath}/console/audit?id=${encodeURIComponent(approval)}` }
        : {}),
    };
  });
};

const versionOf = (version: number, deps: PageParts['deps'], isSeen: boolean) => ({
  version,
  ...(isSeen ? { href: policyHref(deps, version) } : {}),
});

const callOf = ({ time, what, outcome, server }: Step['calls'][number], names: Names) => ({
  ...(time === undefined ? {} : { time }),
  ...{ what, outcome, server: server === undefined ? '' : names(server) },
});

/** The agent that acted last, else the app, and the person for whom it did. */
const workOf = (entries: readonly AuditEntry[], names: Names): TransactionWork | undefined => {
  const acts = entries.flatMap(({ event: { agent, caller, subject, outcome } }) =>
    [agent, caller].flatMap((id) => (id === undefined ? [] : [{ id, subject, outcome }])),
  );
  const last = acts.findLast(({ id }) => id.startsWith('agt_')) ?? acts.findLast(({ id }) => id.startsWith('app_'));
  if (!last) return undefined;
  const own = acts.filter(({ id }) => id === last.id);
  const subject = own.findLast((act) => act.subject?.startsWith('acc_'))?.subject;
  return {
    who: names(last.id),
    isGranted: own.some(({ outcome }) => outcome === 'granted'),
    ...(subject === undefined ? {} : { subject: names(subject) }),
  };
};

/** The newest events, in the order of time. */
const eventsOf = async ({ deps, calls }: PageParts, { account, by }: Viewer, id: string) => {
  const { body, next } = await calls.run('listAuditEvents', account, by, { query: { txn: id, limit: SHOWN } });
  const entries = ((body?.items ?? []) as readonly AuditEntry[]).toReversed();
  const names = await partyNames(
    deps,
    entries.flatMap(({ event }) => [event.caller, event.agent, event.subject]),
  );
  const resources = await resourceNames(
    deps,
    entries.flatMap(({ event }) => event.resource ?? []),
  );
  const events = entries.map(({ at, event }): TransactionEvent => {
    const { type, outcome, caller, resource, error, denial, scopeGiven, scopeAsked } = event;
    const why = denial?.reason ?? error;
    const statement = statementIn(event);
    return {
      at,
      type,
      outcome,
      who: caller === undefined ? agentFactWords.thisServer : doerName(names, caller),
      ...(caller?.startsWith('agt_') ? { whoHref: agentHref(deps, caller) } : {}),
      ...(resource === undefined ? {} : { where: resources(resource) }),
      ...(statement === undefined ? {} : { statement }),
      scope: scopeGiven ?? scopeAsked ?? [],
      ...(why === undefined ? {} : { error: why }),
    };
  });
  return { events, isMore: next !== undefined, work: workOf(entries, names) };
};
