/** The audit event of an act on a directory, as its registry, its users and its brake record it. */
import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';

/** Records `event` as done by the caller, about the directory with this id. Rejects as `append` does; then nothing may happen. */
export const recordDirectoryEvent = (
  audit: Pick<AuditLog, 'append'>,
  event: Pick<AuditEvent, 'type'> & Partial<Pick<AuditEvent, 'subject' | 'changed' | 'inputs'>>,
  directory: string,
  by: By,
) =>
  audit.append({
    ...event,
    outcome: 'done',
    caller: by.caller,
    target: { kind: 'directory', id: directory },
    ...(by.request === undefined ? {} : { request: by.request }),
    ...(by.source === undefined ? {} : { personal: { source: by.source } }),
  });
