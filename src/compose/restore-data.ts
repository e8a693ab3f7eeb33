/** `behalf restore` for a store that another tool has already put back to an older state. */
import { systemClock, until } from '../../adapters/node/clock.ts';
import type { Configuration } from '../../config/configuration.ts';
import { commandLineAuditLog } from '../domain/audit/command-line-log.ts';
import { endLog } from '../domain/audit/transparency-log/log-life.ts';
import { MovingRefused } from '../domain/platform/data-transfer/data-file.ts';
import { importMarks } from '../domain/platform/data-transfer/import-mark.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../domain/platform/epochs/epoch.ts';
import { SIGNING_KEYS } from '../provider/tokens/signing-keys.ts';
import { isServed, movingStore } from './transfer-store.ts';
import { setTrustedAside } from './trusted-checkpoints.ts';

/**
 * Ends every earlier token, grant, delegation and session, and removes the remembered heads of the audit log (decision D24).
 * Throws MovingRefused when there is no data or a server serves it, StoreUnavailable when the store fails.
 */
export const restoreInPlace = async (configuration: Configuration): Promise<void> => {
  const { stores, data } = configuration;
  const documents = await movingStore(configuration, { isAlone: true });
  try {
    await importMarks(documents).lastMove();
    if ((await documents.collection(SIGNING_KEYS).find({ limit: 1 })).length === 0) {
      throw new MovingRefused('The store holds no data.', 'Put it back first; `behalf restore --from FILE` does both.');
    }
    if (await isServed(documents, systemClock)) {
      throw new MovingRefused(
        'A server serves this store, or did a moment ago.',
        'Stop every server, wait 15 seconds if one was killed, and do it again.',
      );
    }
    // One second later, so that the epoch also ends what was created in the present second.
    const notBefore = systemClock.now() + 1;
    await commandLineAuditLog(documents, systemClock).append({
      type: 'store.restored',
      outcome: 'done',
      caller: 'system',
      inputs: { notBefore, store: stores.document },
    });
    await raiseEpoch(documents.collection<Epoch>(EPOCHS), 'all', notBefore);
    await endLog(documents, commandLineAuditLog(documents, systemClock), systemClock.now());
    setTrustedAside(data.folder, notBefore);
    // Waits, so that the epoch does not end a token of the next server start.
    await until(notBefore);
  } finally {
    await documents.close();
  }
};
