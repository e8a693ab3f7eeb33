import type { AuditRow } from '../../../views/pages/console-audit.ts';
import type { AuditEvent } from '../../domain/audit/audit-event.ts';
import type { ItemOf } from './console-calls.ts';
import { type ConsoleDeps, doerName, eventHref, partyNames, statementIn } from './console-deps.ts';

type Entry = ItemOf<'listAuditEvents'>;

/** The schema of the API leaves the members of an event open. */
const eventOf = ({ event }: Entry): AuditEvent => event as AuditEvent;

/** Events as lines of a page. `workOf`: where the events of a transaction stand; undefined: here. */
export const rowsOf = async (
  deps: ConsoleDeps,
  entries: readonly Entry[],
  workOf: (txn: string) => string | undefined,
): Promise<readonly AuditRow[]> => {
  const names = await partyNames(
    deps,
    entries.map(eventOf).flatMap(({ caller, subject }) => [caller, subject]),
  );
  return entries.map((entry): AuditRow => {
    const event = eventOf(entry);
    const { type, outcome, caller, subject, resource, error, denial, txn } = event;
    const workHref = txn === undefined ? undefined : workOf(txn);
    const why = denial?.reason ?? error;
    const statement = statementIn(event);
    return {
      at: Math.floor(entry.at / 1000),
      href: eventHref(deps, entry.id),
      type,
      outcome,
      ...(caller === undefined ? {} : { who: doerName(names, caller) }),
      ...(statement === undefined ? {} : { statement }),
      ...(subject === undefined || subject === caller ? {} : { subject: names(subject) }),
      ...(resource === undefined ? {} : { where: resource }),
      ...(why === undefined ? {} : { error: why }),
      members: membersOf(entry),
      ...(entry.mismatches === undefined ? {} : { mismatches: entry.mismatches }),
      ...(workHref === undefined ? {} : { workHref }),
    };
  });
};

/** Uses the names of the audit log, like the reference of events. */
const membersOf = (entry: Entry): AuditRow['members'] => {
  const { id, stream, sequence, hash, erased = [] } = entry;
  const { personal = {}, ...facts } = eventOf(entry);
  const said = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const shown = (members: object) =>
    Object.entries(members)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ({ name, value: said(value) }));
  return [
    ...shown(facts),
    ...shown(personal),
    ...erased.map((name) => ({ name, value: undefined })),
    ...shown({ id, stream, sequence, hash }),
  ];
};
