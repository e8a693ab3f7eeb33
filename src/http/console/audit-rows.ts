import type { AuditRow } from '../../../views/pages/console-audit.ts';
import type { AuditEntry } from '../../domain/audit/list-events.ts';
import { type ConsoleDeps, doerName, eventHref, partyNames, statementIn } from './console-deps.ts';

/** Events as lines of a page. `workOf`: where the events of a transaction stand; undefined: here. */
export const rowsOf = async (
  deps: ConsoleDeps,
  entries: readonly AuditEntry[],
  workOf: (txn: string) => string | undefined,
): Promise<readonly AuditRow[]> => {
  const names = await partyNames(
    deps,
    entries.flatMap(({ event }) => [event.caller, event.subject]),
  );
  return entries.map((entry): AuditRow => {
    const { type, outcome, caller, subject, resource, error, denial, txn } = entry.event;
    const workHref = txn === undefined ? undefined : workOf(txn);
    const why = denial?.reason ?? error;
    const statement = statementIn(entry.event);
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
const membersOf = ({ id, stream, sequence, hash, event, erased = [] }: AuditEntry): AuditRow['members'] => {
  const { personal = {}, ...facts } = event;
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
