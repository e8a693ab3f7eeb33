import type { Text } from '../../../views/html.ts';
import { type AuditAsked, type AuditPageModel, auditPage } from '../../../views/pages/console-audit.ts';
import { NAMED_EVENTS } from '../../../views/words/audit-events.ts';
import { auditWords } from '../../../views/words/console-audit.ts';
import { wordsOf } from '../../domain/audit/search-terms.ts';
import { type Cursor, isStoreUnavailable } from '../../domain/ports/document-store.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { dayOf, hourOf } from '../middleware/form-body.ts';
import { rowsOf } from './audit-rows.ts';
import type { ConsoleCalls, QueryOf } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { sendFile } from './list-exports.ts';
import { hrefWith, listed } from './list-page.ts';
import { findNamed, searchedId } from './named-objects.ts';

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;
const OUTCOMES = ['granted', 'refused', 'done'] as const;

/** Events that the file of a search reads at a time. */
const FILE_PAGE = 200;

/**
 * Adds `GET /console/audit`, a search of the audit log; `/console/audit/events.ndjson`, the events that a search finds as a
 * file; and `/console/audit.ndjson`, the whole log with its signed head.
 */
export const addAuditPages = ({ page, deps, calls }: PageParts): void => {
  const path = `${deps.basePath}/console/audit`;
  const find = findNamed(deps, calls);
  const named: Named = (viewer, kind, typed) => searchedId(find, viewer, kind, typed);

  page('/console/audit', async (ctx, { viewer, frame }) => {
    calls.access('listAuditEvents', viewer.account);
    const query = queryOf(ctx);
    const asked = askedOf(query);
    const { conditions, errors } = await conditionsOf(deps, named, viewer, asked);
    const isAsked = Object.keys(errors).length === 0;
    const { items, pages } = isAsked
      ? await listed(
          deps,
          calls,
          viewer,
          { operation: 'listAuditEvents', path, asked, query: conditions },
          query.get('after'),
        )
      : { items: [], pages: {} };
    const archived = await deps.audit.archived();
    const isBehind = archived && (conditions.from ?? 0) * 1000 < archived.before;
    sendPage(
      ctx,
      isAsked ? 200 : 400,
      auditPage({
        ...frame,
        action: path,
        outcomes: outcomesOf(path, asked),
        periods: periodsOf(path, asked, deps.clock.now()),
        asked,
        errors,
        rows: await rowsOf(deps, items, (txn) =>
          txn === asked.txn ? undefined : `${deps.basePath}/console/transactions/${encodeURIComponent(txn)}`,
        ),
        pages,
        ...(Object.values(asked).some((value) => value !== '')
          ? { foundHref: hrefWith(`${path}/events.ndjson`, asked) }
          : {}),
        ...(calls.may('exportAudit', viewer.account) ? { exportHref: `${path}.ndjson` } : {}),
        ...(calls.may('listLegalHolds', viewer.account) ? { holdsHref: `${deps.basePath}/console/legal-holds` } : {}),
        ...(isBehind ? { archived } : {}),
        log: await logOf(calls, viewer),
      }),
    );
  });

  page('/console/audit/events.ndjson', async (ctx, { viewer }) => {
    calls.access('listAuditEvents', viewer.account);
    const asked = askedOf(queryOf(ctx));
    const { conditions, errors } = await conditionsOf(deps, named, viewer, asked);
    if (Object.keys(errors).length > 0) return seeOther(ctx, hrefWith(path, asked));
    await sendFile(ctx, 'audit-events', 'ndjson', foundLines(calls, viewer, conditions));
  });

  page('/console/audit.ndjson', async (ctx, { viewer }) => {
    const { lines } = await calls.run('exportAudit', viewer.account, viewer.by);
    if (lines) await sendFile(ctx, 'audit-log', 'ndjson', lines);
  });
};

/** The size of the transparency log and the key that verifies it. The audit log is shown also while there is none. */
const logOf = async (calls: ConsoleCalls, { account, by }: Viewer): Promise<AuditPageModel['log']> => {
  try {
    const { body } = await calls.run('getTransparencyLog', account, by);
    if (!body) return undefined;
    const failing = body.witnesses.filter(({ problem }) => problem !== undefined).map(({ name }) => name);
    const witnesses = { failing, count: body.witnesses.length, isQuorum: body.is_quorum };
    return { size: body.size, verifierKey: body.verifier_key, witnesses };
  } catch (error) {
    if (isStoreUnavailable(error) || (isDomainError(error) && error.code === 'unavailable')) return 'unavailable';
    throw error;
  }
};

/** The events that a search finds, as the management API shows them, one on each line. Each page of 200 is an event itself. */
const foundLines = async function* (
  calls: ConsoleCalls,
  { account, by }: Viewer,
  query: QueryOf<'listAuditEvents'>,
): AsyncGenerator<string> {
  let after: Cursor | undefined;
  do {
    const { body, next } = await calls.run('listAuditEvents', account, by, {
      query: { ...query, limit: FILE_PAGE },
      after,
    });
    for (const entry of body?.items ?? []) yield JSON.stringify(entry);
    after = next;
  } while (after);
};

/** The query in the address. Cuts values that are longer than any id. */
const askedOf = (query: URLSearchParams): AuditAsked => {
  const text = (name: string, most: number): string => (query.get(name) ?? '').trim().slice(0, most);
  const type = text('type', 80);
  return {
    type: NAMED_EVENTS.includes(type) ? type : '',
    outcome: OUTCOMES.find((one) => one === query.get('outcome')) ?? '',
    text: text('text', 200),
    id: text('id', 128),
    subject: text('subject', 128),
    caller: text('caller', 2048),
    agent: text('agent', 128),
    resource: text('resource', 512),
    txn: text('txn', 128),
    from: text('from', 13),
    to: text('to', 13),
  };
};

/** Usual periods of days and hours (UTC), with the other filters. */
const periodsOf = (path: string, asked: AuditAsked, now: number): AuditPageModel['periods'] => {
  const dayBefore = (days: number): string => new Date((now - days * DAY_SECONDS) * 1000).toISOString().slice(0, 10);
  const hourBefore = (hours: number): string =>
    new Date((now - hours * HOUR_SECONDS) * 1000).toISOString().slice(0, 13);
  const periods = {
    all: { from: '', to: '' },
    hours: { from: hourBefore(1), to: hourBefore(0) },
    today: { from: dayBefore(0), to: dayBefore(0) },
    yesterday: { from: dayBefore(1), to: dayBefore(1) },
    week: { from: dayBefore(6), to: dayBefore(0) },
  };
  return (['all', 'hours', 'today', 'yesterday', 'week'] as const).map((name) => ({
    name,
    href: hrefWith(path, { ...asked, ...periods[name] }),
    isIt: asked.from === periods[name].from && asked.to === periods[name].to,
  }));
};

const outcomesOf = (path: string, asked: AuditAsked): AuditPageModel['outcomes'] =>
  (['', ...OUTCOMES] as const).map((name) => ({
    name,
    href: hrefWith(path, { ...asked, outcome: name }),
    isIt: asked.outcome === name,
  }));

/** The id of what a viewer names; undefined: they see none, or several have the name. */
type Named = (viewer: Viewer, kind: 'agent' | 'party' | 'resource', typed: string) => Promise<string | undefined>;

/** The query in the format of the management API, or its errors. */
const conditionsOf = async (deps: Pick<ConsoleDeps, 'ownerNames'>, named: Named, viewer: Viewer, asked: AuditAsked) => {
  const { from, to, subject, caller, agent, resource, ...others } = asked;
  const errors: Partial<Record<keyof AuditAsked, Text>> = {};
  const span = (name: 'from' | 'to'): { readonly from: number; readonly seconds: number } | undefined => {
    const [day, hour] = [dayOf(asked[name]), hourOf(asked[name])];
    if (day !== undefined) return { from: day, seconds: DAY_SECONDS };
    if (hour !== undefined) return { from: hour, seconds: HOUR_SECONDS };
    if (asked[name] !== '') errors[name] = auditWords.noDate;
    return undefined;
  };
  const [first, last] = [span('from'), span('to')];
  const known = subject === '' ? undefined : (await deps.ownerNames.find(subject, { kinds: ['account'] }))?.id;
  const person = known ?? (subject === '' || /^[a-z]{2,4}_/.test(subject) ? subject : undefined);
  if (person === undefined) errors.subject = auditWords.unknownAccount;
  // The id of an agent that is gone still finds its events.
  const actor = agent === '' || /^agt_\w+$/.test(agent) ? agent : await named(viewer, 'agent', agent);
  if (actor === undefined) errors.agent = auditWords.unknownAgent;
  const api = resource === '' ? resource : await named(viewer, 'resource', resource);
  if (api === undefined) errors.resource = auditWords.unknownResource;
  const who = caller === '' ? caller : await callerNamed(deps, named, viewer, caller);
  if (who === undefined) errors.caller = auditWords.unknownCaller;
  if (others.text !== '' && wordsOf(others.text).length === 0) errors.text = auditWords.noWord;
  const found = { subject: person ?? '', caller: who ?? '', agent: actor ?? '', resource: api ?? '' };
  const given = Object.entries({ ...others, ...found }).filter(([, value]) => value !== '');
  return {
    errors,
    conditions: {
      ...Object.fromEntries(given),
      ...(first === undefined ? {} : { from: first.from }),
      ...(last === undefined ? {} : { to: last.from + last.seconds - 1 }),
    },
  };
};

/** An id also of what is gone, or that of an account by its username, or of an app or agent by its name. */
const callerNamed = async (
  deps: Pick<ConsoleDeps, 'ownerNames'>,
  named: Named,
  viewer: Viewer,
  typed: string,
): Promise<string | undefined> => {
  if (typed === 'system' || /^[a-z]{2,4}_/.test(typed) || URL.canParse(typed)) return typed;
  return (await deps.ownerNames.find(typed, { kinds: ['account'] }))?.id ?? named(viewer, 'party', typed);
};
