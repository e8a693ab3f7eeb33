import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';

/** Who makes a backup, and its name. */
export type BackupEvent = Pick<AuditEvent, 'caller' | 'request' | 'personal'> & { readonly name: string };

const eventOf = ({ name, ...by }: BackupEvent) =>
  ({ type: 'store.backed_up', outcome: 'done', ...by, target: { kind: 'backup', id: name } }) as const;

/** Appends the event of a backup, before its data is read. */
export const backupBegins = (audit: Pick<AuditLog, 'append'>, event: BackupEvent): Promise<unknown> =>
  audit.append(eventOf(event));

/**
 * Makes a backup whose event is in the log. Appends a second event, with outcome 'refused', when the copy fails, and throws the error
 * of the copy.
 */
export const copiedAfter = async <T>(
  audit: Pick<AuditLog, 'append'>,
  event: BackupEvent,
  copy: () => Promise<T>,
): Promise<T> => {
  try {
    return await copy();
  } catch (error) {
    // The reason of the copy counts: one of the log would hide it.
    await audit.append({ ...eventOf(event), outcome: 'refused', note: 'the copy failed' }).catch(() => undefined);
    throw error;
  }
};
