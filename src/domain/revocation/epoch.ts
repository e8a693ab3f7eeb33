/**
 * Epochs end everything made before a moment, whatever the tokens themselves say. The epoch of `all`
 * is raised when a backup is restored, so that what the backup brings back stays dead (decision D24).
 */
import type { Collection, CollectionDeclaration } from '../ports/document-store.ts';
import { isDocumentConflict } from '../ports/document-store.ts';

export type Epoch = {
  readonly id: string;
  /** Tokens, leases, delegations, remembered consents and sessions made before this second are over. Only ever rises. */
  readonly notBefore: number;
};

export const EPOCHS = { name: 'epochs', indexes: [] } as const satisfies CollectionDeclaration;

/** Whether something made at `moment` counts still. */
export const isAfterEpoch = async (epochs: Pick<Collection<Epoch>, 'get'>, moment: number): Promise<boolean> => {
  const epoch = await epochs.get('all');
  return !epoch || moment >= epoch.document.notBefore;
};

/** Raises an epoch to `notBefore`; a lower value changes nothing. */
export const raiseEpoch = async (epochs: Collection<Epoch>, id: string, notBefore: number): Promise<void> => {
  for (;;) {
    const found = await epochs.get(id);
    if (found && found.document.notBefore >= notBefore) return;
    if (found && (await epochs.replace({ id, notBefore }, found.version))) return;
    if (!found) {
      try {
        await epochs.insert({ id, notBefore });
        return;
      } catch (error) {
        if (!isDocumentConflict(error)) throw error;
      }
    }
  }
};
