/** `behalf legal-holds …`: records of the audit log that no removal may take out of the store. */
import { type Command, EXIT } from '../command.ts';
import { managementCommand } from '../management-command.ts';
import { MOMENT_EXAMPLES, momentOf } from '../moment.ts';
import { listCommand, showCommand, stateFilter } from '../object-commands.ts';
import { printable } from '../table.ts';

const REASON = { value: 'TEXT', description: 'Reason. It is stored permanently.', isRequired: true } as const;

const create = managementCommand({
  words: ['legal-holds', 'create'],
  operands: [],
  summary: 'Keep records of the audit log in the store until the hold is released. Without conditions: all records.',
  role: 'administrator',
  isProvenHere: true,
  options: {
    about: {
      value: 'OBJECT',
      description: 'Only records that name this agent, client, account or group, or the object with this id.',
    },
    from: { value: 'TIME', description: `Only records from this time on: ${MOMENT_EXAMPLES}.` },
    to: { value: 'TIME', description: 'Only records up to this time, in the same forms.' },
    reason: REASON,
  },
  notes:
    'A removal stops before the first record that a hold covers, so later records stay, too. Records that were removed before are in the archive, which the hold does not reach: keep the archive.',
  run: async (call) => {
    const time = (name: 'from' | 'to') => {
      const given = call.text(name);
      return given === undefined ? {} : { [name]: momentOf(name, given) };
    };
    const about = call.text('about');
    const { body } = await call.api.run('createLegalHold', {
      body: {
        ...(about === undefined ? {} : { about }),
        ...{ ...time('from'), ...time('to'), reason: call.required('reason') },
      },
    });
    call.print.object(body, `The hold is ${printable(String(body['id']))}.\n`);
    return EXIT.done;
  },
});

const release = managementCommand({
  words: ['legal-holds', 'release'],
  operands: ['ID'],
  summary: 'Release a legal hold permanently. It stays on record.',
  warning: 'Records that only this hold keeps can be removed from now on.',
  role: 'administrator',
  isProvenHere: true,
  options: { reason: REASON },
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('releaseLegalHold', { id, body: { reason: call.required('reason') } });
    call.print.object(body, `${printable(id)} is released.\n`);
    return EXIT.done;
  },
});

export const legalHoldCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'legal-holds',
    plural: 'legal holds, newest first',
    operation: 'listLegalHolds',
    nothing: 'There are no legal holds.',
    filters: stateFilter('active or released'),
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'ABOUT', value: ({ about }) => about ?? 'all' },
      { title: 'FROM', value: (row) => row['from'], as: 'time' },
      { title: 'TO', value: (row) => row['to'], as: 'time' },
      { title: 'BY', value: (row) => row['created_by'], as: 'name' },
      { title: 'REASON', value: ({ reason }) => reason },
    ],
  }),
  showCommand('legal-holds', 'a legal hold', 'getLegalHold'),
  release,
];
