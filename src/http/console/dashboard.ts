import type { Dashboard, LoadFigures, PendingFigures, RefusalFigures } from '../../../views/pages/console-dashboard.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { approvalFigures } from '../../domain/approvals/approval-figures.ts';
import { type ConsoleDeps, partyNames } from './console-deps.ts';
import { type DecisionLinks, decisionLinks } from './decision-links.ts';

/** Approvals to read: the pending ones with the least time left, and the newest of the others. */
const MOST_WAITING = 500;
const COUNTED = 1000;
const PEOPLE = 5;
const KINDS = 5;

const MINUTE = 60;
/** Age groups of pending approvals: a name, and the age in seconds below which it applies. */
const AGES = [
  ['minutes', 5 * MINUTE],
  ['hour', 60 * MINUTE],
  ['day', 24 * 60 * MINUTE],
  ['older', Number.POSITIVE_INFINITY],
] as const;

/**
 * Figures of the whole server, for an account that may see all of it. Reads a bounded number of documents, regardless of the
 * amount of data.
 */
export const dashboardModel = async (
  deps: Pick<
    ConsoleDeps,
    | 'basePath'
    | 'clock'
    | 'allApprovals'
    | 'outcomes'
    | 'accounts'
    | 'groups'
    | 'agents'
    | 'clients'
    | 'resourceServers'
  >,
  frame: ConsoleFrame,
  span: 'days' | 'hours',
): Promise<Dashboard> => {
  const sees = (place: ConsoleFrame['sees'][number]): boolean => frame.sees.includes(place);
  const [approvals, refusals] = await Promise.all([
    sees('approvals') ? approvalsNow(deps, decisionLinks(deps, frame)) : undefined,
    refusalsIn(deps, span, sees('auditLog')),
  ]);
  return {
    ...(approvals ? { approvals } : {}),
    refusals,
    ...(sees('try') ? { tryHref: `${deps.basePath}/console/policy/try` } : {}),
  };
};

const approvalsNow = async (
  deps: Parameters<typeof dashboardModel>[0],
  links: DecisionLinks,
): Promise<NonNullable<Dashboard['approvals']>> => {
  const now = deps.clock.now();
  const href = `${deps.basePath}/console/approvals`;
  const [waiting, newest] = await Promise.all([
    deps.allApprovals.waiting(MOST_WAITING),
    deps.allApprovals.list({ limit: COUNTED }),
  ]);
  const ageOf = (since: number) => AGES.find(([, below]) => now - since < below)?.[0] ?? 'older';
  const pending: PendingFigures = {
    count: waiting.length,
    isMore: waiting.length === MOST_WAITING,
    ages: AGES.map(([name]) => ({
      name,
      count: waiting.filter(({ createdAt }) => ageOf(createdAt) === name).length,
      // The newest come first unless the list is sorted.
      href: `${href}?state=pending${name === 'day' || name === 'older' ? '&sort=created' : ''}`,
    })),
    href: `${href}?state=pending`,
  };
  const { days, people, decisions, medianSeconds, quickShare } = approvalFigures(newest, now);
  const shown = people.slice(0, PEOPLE);
  const names = await partyNames(
    deps,
    shown.map(({ account }) => account),
  );
  const load: LoadFigures = {
    days: days.map((from, index) => ({
      ...links.ofDay(from),
      from,
      count: people.reduce((sum, { perDay }) => sum + (perDay[index] ?? 0), 0),
    })),
    decisions,
    ...(medianSeconds === undefined ? {} : { medianSeconds }),
    ...(quickShare === undefined ? {} : { quickShare }),
    ...(newest.length === COUNTED ? { countedOnly: COUNTED } : {}),
    people: shown.map(({ account, ...counts }) => ({
      ...{ ...counts, name: names(account) },
      ...links.ofPerson(account, days),
    })),
    href,
  };
  return { pending, load };
};

const refusalsIn = async (
  { basePath, outcomes }: Pick<ConsoleDeps, 'basePath' | 'outcomes'>,
  span: 'days' | 'hours',
  readsAuditLog: boolean,
): Promise<RefusalFigures> => {
  const { spans, kinds } = await outcomes.of(span);
  return {
    span,
    spans: spans.map((one) => {
      // A day, or an hour with its day.
      const when = new Date(one.from * 1000).toISOString().slice(0, span === 'days' ? 10 : 13);
      const href = `${basePath}/console/audit?outcome=refused&from=${when}&to=${when}`;
      return readsAuditLog ? { ...one, href } : one;
    }),
    kinds: kinds.slice(0, KINDS).map((kind) => ({
      ...kind,
      ...(readsAuditLog
        ? { href: `${basePath}/console/audit?outcome=refused&type=${encodeURIComponent(kind.type)}` }
        : {}),
    })),
    ...(readsAuditLog
      ? { auditLogHref: `${basePath}/console/audit`, refusedHref: `${basePath}/console/audit?outcome=refused` }
      : {}),
    others: kinds.slice(KINDS).reduce((sum, { count }) => sum + count, 0),
    hrefs: { days: `${basePath}/console#refusals`, hours: `${basePath}/console?refusals=hours#refusals` },
  };
};
