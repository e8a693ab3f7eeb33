import type Router from '@koa/router';
import type { Phrase } from '../../../views/html.ts';
import { type ActivityModel, activityPage } from '../../../views/pages/account-activity.ts';
import type { ActivityEntry } from '../../../views/pages/account-model.ts';
import { ownActivity } from '../../../views/words/account.ts';
import type { AuditEvent, AuditEventType } from '../../domain/audit/audit-event.ts';
import type { AuditEntry } from '../../domain/audit/list-events.ts';
import { transactionFor } from '../../domain/authority/transactions/transactions-of-person.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import { namesOf, type PeopleDeps } from '../interaction/people-deps.ts';
import { approvalFacts } from './approvals/facts.ts';
import { activityHref, ownTransactionOf } from './own-transaction.ts';
import type { AccountSessions } from './sessions.ts';

const SHOWN = 25;

/** Adds `GET /account/activity`: what happened in the name of the person and with their account. */
export const addActivityPage = (router: Router, deps: PeopleDeps, sessions: AccountSessions): void => {
  const path = `${deps.basePath}/account/activity`;

  router.get('/account/activity', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const { id } = session.account;
    const query = queryOf(ctx);
    const after = readCursor(query.get('before'));
    const txn = TRANSACTION.exec(query.get('transaction') ?? '')?.[0];
    const isRefusals = txn === undefined && query.get('show') === 'refusals';
    const { entries, next } = await deps.audit.list({
      ...{ subject: id, limit: SHOWN },
      ...(isRefusals ? { outcome: 'refused' } : {}),
      ...(txn === undefined ? {} : { txn }),
      ...(after ? { after } : {}),
    });
    const refusalsHref = `${path}?show=refusals`;
    const here = txn !== undefined ? activityHref(deps, txn) : isRefusals ? refusalsHref : path;
    const page = activityPage({
      basePath: deps.basePath,
      signedInAs: session.signedInAs,
      activity: await activityOf(deps, id, entries),
      pages: {
        ...(after ? { firstHref: here } : {}),
        ...(next ? { nextHref: `${here}${here === path ? '?' : '&'}before=${next.value}.${next.id}` } : {}),
      },
      ...(txn === undefined
        ? { filter: { allHref: path, refusalsHref, isRefusals } }
        : { of: await transactionShown(deps, id, txn, entries.length > 0) }),
    });
    sendPage(ctx, 200, page);
  });
};

/** The id of a transaction in the address. */
const TRANSACTION = /^(?:trn|txn)_\w{1,100}$/;

/** What the person reads above the events of a transaction: nothing of one in which nothing happened in their name. */
const transactionShown = async (
  deps: PeopleDeps,
  account: string,
  id: string,
  hasEvents: boolean,
): Promise<NonNullable<ActivityModel['of']>> => {
  const found = hasEvents ? await transactionFor(deps.approvals.transactions, id, account) : undefined;
  const { createdAt, expiresAt, closedAt } = found ?? {};
  return {
    id,
    allHref: `${deps.basePath}/account/transactions`,
    ...(found ? { declared: ownTransactionOf(found, account) } : {}),
    ...(createdAt === undefined ? {} : { openedAt: createdAt }),
    ...(closedAt === undefined ? {} : { closedAt }),
    ...(expiresAt === undefined ? {} : { endsAt: expiresAt }),
  };
};

/** Reads `before` of a link to older activity; undefined for anything else. */
export const readCursor = (before: string | null): Cursor | undefined => {
  const [, at, id] = /^([0-9]{1,15})\.([A-Za-z0-9:._-]{1,200})$/.exec(before ?? '') ?? [];
  return at !== undefined && id !== undefined ? { value: Number(at), id } : undefined;
};

/** Audit events that a person sees. All other types are for operators. */
const ACTIVITY: Partial<Record<AuditEventType, Phrase>> = ownActivity;

const activityOf = async (
  deps: PeopleDeps,
  account: string,
  entries: readonly AuditEntry[],
): Promise<readonly ActivityEntry[]> => {
  const shown = entries.filter(({ event }) => ACTIVITY[event.type] !== undefined);
  const names = new Map<string, string>();
  for (const id of new Set(shown.flatMap(({ event }) => whoOf(event, account) ?? []))) {
    names.set(id, (await namesOf(deps, id))?.name ?? id);
  }
  const places = new Map<string, string>();
  for (const identifier of new Set(shown.flatMap(({ event }) => event.resource ?? []))) {
    places.set(identifier, (await deps.resourceServers.findByIdentifier(identifier))?.document.name ?? identifier);
  }
  const approvals = await approvalsOf(deps, account, shown);
  return shown.flatMap(({ at, event }): ActivityEntry[] => {
    const what = ACTIVITY[event.type];
    if (what === undefined) return [];
    const who = whoOf(event, account);
    const approval = approvals.get(event.target?.id ?? '');
    return [
      {
        at: Math.floor(at / 1000),
        what,
        outcome: event.outcome,
        ...(ANSWERS[event.type] === undefined ? {} : { answer: ANSWERS[event.type] }),
        ...(who === undefined ? {} : { who: names.get(who) ?? who }),
        ...(event.resource === undefined ? {} : { where: places.get(event.resource) ?? event.resource }),
        ...(event.txn === undefined ? {} : { txn: event.txn, txnHref: activityHref(deps, event.txn) }),
        ...(approval === undefined ? {} : { approval }),
      },
    ];
  });
};

/** The approvals of events, by id. An approval that retention has removed is absent. */
const approvalsOf = async (
  deps: PeopleDeps,
  account: string,
  entries: readonly AuditEntry[],
): Promise<ReadonlyMap<string, NonNullable<ActivityEntry['approval']>>> => {
  const { service } = deps.approvals;
  const ids = new Set(
    entries.flatMap(({ event: { target } }) => (target?.kind === 'approval' ? (target.id ?? []) : [])),
  );
  const found = await service.getMany([...ids]);
  const facts = await approvalFacts(deps, found, account);
  const isOpen = await Promise.all(found.map((one) => service.isAsked(one, account)));
  return new Map(facts.map((one, index) => [one.id, { facts: one, isOpenToReader: isOpen[index] === true }]));
};

const ANSWERS: Partial<Record<AuditEventType, NonNullable<ActivityEntry['answer']>>> = {
  'approval.approved': 'approved',
  'approval.denied': 'denied',
};

/** The agent or app of an event; undefined when the event is about the person alone. */
const whoOf = (event: AuditEvent, account: string): string | undefined => {
  // The agent asked; who approved or denied is the approver.
  if (ANSWERS[event.type] !== undefined && event.caller === account) return undefined;
  const target = event.target?.kind === 'agent' || event.target?.kind === 'client' ? event.target.id : undefined;
  const caller = event.caller === account || event.caller === 'system' ? undefined : event.caller;
  return event.agent ?? target ?? caller;
};
