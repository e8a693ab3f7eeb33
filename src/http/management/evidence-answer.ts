/** Answers with an archive of evidence. It contains records of the audit log: reading it is an event, which is written first. */
import type { AuditLog } from '../../domain/audit/audit-event.ts';
import type { EvidenceFile } from '../../domain/audit/transparency-log/evidence-files.ts';
import type { Call } from './call.ts';
import { zipOf } from './zip.ts';

export const evidenceAnswer = async (
  { id, by, caller }: Pick<Call, 'id' | 'by' | 'caller'>,
  audit: AuditLog,
  about: { readonly kind: 'transaction' | 'review'; readonly filters: Readonly<Record<string, string>> },
  files: AsyncIterable<EvidenceFile>,
) => {
  await audit.append({
    ...{ type: 'audit.exported', outcome: 'done', caller: caller.id, target: { kind: about.kind, id } },
    inputs: { filters: about.filters },
    ...(by.request === undefined ? {} : { request: by.request }),
    ...(by.source === undefined ? {} : { personal: { source: by.source } }),
  });
  return { archive: { name: `${id}.zip`, bytes: zipOf(files) } };
};
