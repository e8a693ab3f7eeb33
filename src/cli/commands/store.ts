/** `behalf backup` and `behalf restore`: on the machine, on the database file. */
import { existsSync, renameSync } from 'node:fs';
import { systemClock, until } from '../../../adapters/node/clock.ts';
import { backupDatabase, restoreDatabase } from '../../../adapters/sqlite/backup.ts';
import { dataFolder } from '../../../config/data-folder.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../../domain/revocation/epoch.ts';
import { type Command, EXIT } from '../command.ts';
import { databaseFile, existingDatabase, withLocalStore } from '../local-store.ts';
import { SETTINGS, settings } from '../settings.ts';
import { printable } from '../table.ts';

const backup: Command = {
  words: ['backup'],
  operands: [],
  summary: 'Copy the database while the server runs.',
  options: { to: { value: 'FILE', description: 'File to make; it must not exist.', isRequired: true }, ...SETTINGS },
  notes: 'Without the master key the copy is of no use: keep that too, and elsewhere.',
  run: async (call) => {
    const to = call.required('to');
    await backupDatabase({ file: existingDatabase(settings(call)), to });
    call.terminal.err(
      `${printable(to)} is written. To put it back: stop the server, then behalf restore --from ${printable(to)}\n`,
    );
    return EXIT.done;
  },
};

const restore: Command = {
  words: ['restore'],
  operands: [],
  summary: 'Put a backup in place of the database; the server must be stopped.',
  options: { from: { value: 'FILE', description: 'File that `behalf backup` wrote.', isRequired: true }, ...SETTINGS },
  notes:
    'Every token, grant, delegation and session made before the restore is over, so that nothing that was revoked since the backup lives again.',
  run: async (call) => {
    const configuration = settings(call);
    const file = databaseFile(configuration);
    const { auditWitness } = dataFolder(configuration.data.folder);
    // The second after this one: what was made in the second of the restore is over too.
    const notBefore = systemClock.now() + 1;
    const { setAside } = await restoreDatabase({
      from: call.required('from'),
      file,
      prepare: (staged) =>
        withLocalStore(staged, async ({ documents, audit }) => {
          await audit.append({ type: 'store.restored', outcome: 'done', caller: 'system', inputs: { notBefore } });
          await raiseEpoch(documents.collection<Epoch>(EPOCHS), 'all', notBefore);
        }),
    });
    // The witness speaks of the database that was replaced; from here on it begins anew.
    if (existsSync(auditWitness)) renameSync(auditWitness, `${auditWitness}.before-${notBefore}`);
    // A token of the server that starts next must not be taken for one from before.
    await until(notBefore);
    call.terminal.err(
      `${printable(file)} is restored; all tokens and sessions from before are over.\n` +
        `${setAside === undefined ? '' : `The database it replaced is ${printable(setAside)}.\n`}Next: npm start\n`,
    );
    return EXIT.done;
  },
};

export const storeCommands: readonly Command[] = [backup, restore];
