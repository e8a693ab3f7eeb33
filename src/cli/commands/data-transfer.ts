/** `behalf export` and `behalf import`: all data from one store to another, on the machine. */
import { type Command, EXIT } from '../command.ts';
import { withProgress } from '../progress.ts';
import { SETTINGS, settings } from '../settings.ts';
import { printable } from '../table.ts';

const exportAll: Command = {
  words: ['export'],
  operands: [],
  summary: 'Export all data of the store into one file, to transfer it to another store.',
  options: { to: { value: 'FILE', description: 'File to create. It must not exist.', isRequired: true }, ...SETTINGS },
  notes:
    'Stop the server first if tokens must stay valid after the transfer. The file holds sealed secrets: protect it like the database.',
  run: async (call) => {
    const to = call.required('to');
    const configuration = settings(call);
    await withProgress(call.terminal, async (show) => {
      // Loaded on demand: this module loads the drivers of both stores.
      const { exportData } = await import('../../compose/export-data.ts');
      const { documents, served } = await exportData(configuration, { to, show });
      return [
        `${printable(to)} is written: ${documents} documents.`,
        ...(served ? ['A server was running: importing this file ends every token from before.'] : []),
        `Next, with the settings of the other store and the same master key: behalf import --from ${printable(to)}`,
      ];
    });
    return EXIT.done;
  },
};

const importAll: Command = {
  words: ['import'],
  operands: [],
  summary: 'Bring all data of an export into the store; the server must be stopped.',
  options: {
    from: { value: 'FILE', description: 'File that `behalf export` wrote.', isRequired: true },
    resume: { description: 'Continue an interrupted import of this file.' },
    'end-tokens': { description: 'End every earlier token, grant and session, as a restore does.' },
    ...SETTINGS,
  },
  notes:
    'The store must be empty, and the master key must be that of the source store. Nothing is overwritten. At the end the command verifies the audit log.',
  run: async (call) => {
    const configuration = settings(call);
    await withProgress(call.terminal, async (show) => {
      const { importData } = await import('../../compose/import-data.ts');
      const { placed, present, wasDone, endsTokens, records } = await importData(configuration, {
        from: call.required('from'),
        resume: call.isSet('resume'),
        endTokens: call.isSet('end-tokens'),
        show,
      });
      if (wasDone) return ['This file was imported into this store before; nothing was done.'];
      return [
        `${placed} documents were written, ${present} were there already; the audit log verifies (${records} records).`,
        endsTokens ? 'All tokens and sessions from before are over.' : 'Tokens and sessions go on.',
        'Next: remove the file, and npm start',
      ];
    });
    return EXIT.done;
  },
};

export const movingCommands: readonly Command[] = [exportAll, importAll];
