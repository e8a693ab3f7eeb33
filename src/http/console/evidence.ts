/** Events that prove something, as the pages list them. */
import type { Evidence, ProofEvent } from '../../../views/partials/evidence.ts';
import type { AuditEvent } from '../../domain/audit/audit-event.ts';
import { placeOfId } from '../../domain/audit/audit-record.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { AnswerOf } from './console-calls.ts';
import { eventHref, resourceNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';

type Entry = AnswerOf<'getAuditEvent'>;

/**
 * Reads each event by its id, at most as many as a response has (10). A viewer who may not read the audit log gets the
 * numbers only, as for an event that this server no longer has.
 */
export const evidenceOf = async (
  { deps, calls }: PageParts,
  { account, by }: Viewer,
  ids: readonly string[],
): Promise<Evidence> => {
  if (!calls.may('getAuditEvent', account)) return ids.map(placeOfId);
  const read = async (id: string): Promise<Entry | undefined> => {
    try {
      return (await calls.run('getAuditEvent', account, by, { id })).body;
    } catch (error) {
      if (isDomainError(error) && error.code === 'not_found') return undefined;
      throw error;
    }
  };
  const entries = await Promise.all(ids.map(read));
  // The schema of the API leaves the members of an event open.
  const events = entries.map((entry) => entry && { at: entry.at, event: entry.event as AuditEvent });
  const names = await resourceNames(
    deps,
    events.flatMap((one) => one?.event.resource ?? []),
  );
  return ids.map((id, index) => {
    const one = events[index];
    return {
      ...{ ...placeOfId(id), href: eventHref(deps, id) },
      ...(one ? { said: proofEvent(one.at, one.event, names) } : {}),
    };
  });
};

const proofEvent = (
  at: number,
  { type, outcome, denial, error, resource, scopeAsked, scopeGiven, personal }: AuditEvent,
  names: (identifier: string) => string,
): ProofEvent => {
  const why = denial?.reason ?? error;
  return {
    ...{ at: Math.floor(at / 1000), type, isRefusal: outcome === 'refused', scope: scopeAsked ?? scopeGiven ?? [] },
    ...(why === undefined ? {} : { error: why }),
    ...(resource === undefined ? {} : { apiName: names(resource) }),
    ...(personal?.source === undefined ? {} : { source: personal.source }),
  };
};
