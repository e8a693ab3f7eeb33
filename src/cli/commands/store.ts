/** `behalf backup` and `behalf restore`: on the machine; SQLite by its file, MongoDB and PostgreSQL by an export of all data. */
import { basename } from 'node:path';
import { systemClock, until } from '../../../adapters/node/clock.ts';
import { copyOnce } from '../../../adapters/node/snapshot.ts';
import { backupDatabase, restoreDatabase } from '../../../adapters/sqlite/backup.ts';
import type { Configuration } from '../../../config/configuration.ts';
import { isOnServer } from '../../../config/store-rules.ts';
import { endLog } from '../../domain/audit/transparency-log/log-life.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../../domain/platform/epochs/epoch.ts';
import { backupBegins, copiedAfter } from '../../domain/platform/server-state/recorded-backup.ts';
import { type Call, type Command, EXIT, usageError } from '../command.ts';
import { databaseFile, databaseOfServer, withLocalStore } from '../local-store.ts';
import { withProgress } from '../progress.ts';
import { SETTINGS, settings } from '../settings.ts';
import { printable } from '../table.ts';

const backup: Command = {
  words: ['backup'],
  operands: [],
  summary: 'Copy all data into one file while the server runs.',
  options: { to: { value: 'FILE', description: 'File to create. It must not exist.', isRequired: true }, ...SETTINGS },
  notes:
    'Reads the store itself, also while no server runs. `behalf server backup` lets a running server write the copy, from any machine. For a large MongoDB or PostgreSQL, use its own tools, such as mongodump or pg_basebackup, and `behalf restore --in-place`. The copy cannot be used without the master key. Keep the master key too, in another place.',
  run: async (call) => {
    const to = call.required('to');
    const configuration = settings(call);
    const next = [
      `${printable(to)} is written. To put it back: stop the server, then behalf restore --from ${printable(to)}`,
    ];
    if (isOnServer(configuration)) {
      await withProgress(call.terminal, async (show) => {
        // Loaded on demand: this module loads the drivers of both stores.
        const { exportData } = await import('../../compose/export-data.ts');
        await exportData(configuration, { to, show, backup: eventOf(to) });
        return next;
      });
    } else {
      await backupOfFile(configuration, to);
      call.terminal.err(`${next.join('\n')}\n`);
    }
    return EXIT.done;
  },
};

const eventOf = (to: string) => ({ name: basename(to), caller: 'system' }) as const;

const backupOfFile = (configuration: Configuration, to: string): Promise<void> => {
  const database = databaseOfServer(configuration);
  const event = eventOf(to);
  return withLocalStore(database, async ({ audit }) => {
    await backupBegins(audit, event);
    await copiedAfter(audit, event, () => backupDatabase({ file: database.file, to }));
  });
};

const restore: Command = {
  words: ['restore'],
  operands: [],
  summary: 'Restore a backup. Every server must be stopped.',
  options: {
    from: {
      value: 'FILE',
      description: 'File that `behalf backup` wrote. With MongoDB or PostgreSQL the database must be empty.',
    },
    'in-place': { description: 'Use data that other tools restored, such as mongorestore, pg_restore or a snapshot.' },
    ...SETTINGS,
  },
  notes:
    'The restore ends every earlier token, grant, delegation and session. Nothing that was revoked since the backup becomes valid again.',
  run: async (call) => {
    if (call.isSet('in-place') === (call.text('from') !== undefined)) {
      throw usageError('Say either --from FILE or --in-place.');
    }
    const configuration = settings(call);
    if (call.isSet('in-place')) await afterOtherTools(call, configuration);
    else if (isOnServer(configuration)) await intoServer(call, configuration);
    else await overTheFile(call, configuration);
    return EXIT.done;
  },
};

const OVER = 'All tokens and sessions from before are over.';

const afterOtherTools = (call: Call, configuration: Configuration): Promise<void> =>
  withProgress(call.terminal, async () => {
    const { restoreInPlace } = await import('../../compose/restore-data.ts');
    await restoreInPlace(configuration);
    return [OVER, 'Next: npm start'];
  });

const intoServer = (call: Call, configuration: Configuration): Promise<void> =>
  withProgress(call.terminal, async (show) => {
    const { importData } = await import('../../compose/import-data.ts');
    const from = call.required('from');
    const { placed, records } = await importData(configuration, { from, resume: false, endTokens: true, show });
    return [`${placed} documents were written; the audit log verifies (${records} records).`, OVER, 'Next: npm start'];
  });

const overTheFile = async (call: Call, configuration: Configuration): Promise<void> => {
  const file = databaseFile(configuration);
  // One second later, so that the epoch also ends what was created in the second of the restore.
  const notBefore = systemClock.now() + 1;
  const { setAside } = await restoreDatabase({
    from: call.required('from'),
    file,
    copy: copyOnce,
    prepare: (staged) =>
      withLocalStore({ file: staged }, async ({ documents, audit }) => {
        await audit.append({ type: 'store.restored', outcome: 'done', caller: 'system', inputs: { notBefore } });
        await raiseEpoch(documents.collection<Epoch>(EPOCHS), 'all', notBefore);
        await endLog(documents, audit, systemClock.now());
      }),
  });
  const { setTrustedAside } = await import('../../compose/trusted-checkpoints.ts');
  setTrustedAside(configuration.data.folder, notBefore);
  // Waits, so that the epoch does not end a token of the next server start.
  await until(notBefore);
  call.terminal.err(
    `${printable(file)} is restored; all tokens and sessions from before are over.\n` +
      `${setAside === undefined ? '' : `The database it replaced is ${printable(setAside)}.\n`}Next: npm start\n`,
  );
};

export const storeCommands: readonly Command[] = [backup, restore];
