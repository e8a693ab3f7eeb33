/** `behalf server`: the state of a running server, and the backups that it writes itself, over the management API. */
import { type Command, EXIT } from '../command.ts';
import { bothTimes, type Look } from '../look.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import { type Column, details, printable, table } from '../table.ts';
import { WATCH, watched } from '../watch.ts';

const show = managementCommand({
  words: ['server', 'show'],
  operands: [],
  summary: 'Show the state of the running server: nodes, stores, backlog, audit log and backups.',
  role: 'operator',
  options: {
    ...WATCH,
    watch: { description: 'Print the state again at intervals, until Ctrl-C. Needs a terminal.' },
  },
  notes:
    'The node that answers reports what it knows. Exit code 0 also when it is not ready: a probe asks /readyz of the operations listener.',
  run: async (call) => {
    const read = async (): Promise<Json> => (await call.api.run('getServer')).body;
    if (call.isSet('watch')) {
      await watched(call, async () => stateText(await read(), await call.print.look([])));
      return EXIT.done;
    }
    const body = await read();
    call.print.object(body, stateText(body, await call.print.look([])));
    return EXIT.done;
  },
});

const backup = managementCommand({
  words: ['server', 'backup'],
  operands: [],
  summary: 'Let the running server copy its database file, on its own machine.',
  role: 'administrator',
  options: {},
  notes:
    'The file goes into the folder `backups` of the data folder of the server, which keeps at most ten. A person needs a second factor of the last five minutes. `behalf backup --to FILE` writes to any path on the machine, needs no running server, and is the way for MongoDB and PostgreSQL. `behalf restore` takes the files of both.',
  run: async (call) => {
    const { body } = await call.api.run('createBackup');
    const name = printable(String(body['name']));
    const text =
      body['bytes'] === undefined
        ? `The server is writing ${name}. \`behalf server show\` lists it when it is complete.\n`
        : `The server wrote ${name}, ${mebibytes(body['bytes'])}. Copy it to another machine, and keep the master key apart.\n`;
    call.print.object(body, text);
    return EXIT.done;
  },
});

const MEBIBYTE = 1024 * 1024;
const mebibytes = (bytes: unknown): string => `${(Number(bytes) / MEBIBYTE).toFixed(1)} MiB`;

const NODES: readonly Column<Json>[] = [
  { title: 'NODE', value: ({ id }) => id, as: 'id' },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'MACHINE', value: ({ host }) => host },
  { title: 'PROCESS', value: ({ process }) => process },
  { title: 'HEARTBEAT', value: (node) => node['last_heartbeat_at'], as: 'time' },
  { title: 'ANSWERED', value: ({ answered }) => answered, isRare: true },
];

const BACKUPS: readonly Column<Json>[] = [
  { title: 'BACKUP', value: ({ name }) => name, as: 'id' },
  { title: 'SIZE', value: ({ bytes }) => mebibytes(bytes) },
  { title: 'WRITTEN', value: (file) => file['created_at'], as: 'time' },
];

/** The answer of `GET /server` as text: first whether the server works, then what an operator looks up. */
export const stateText = (body: Json, look: Look): string => {
  const [problems, nodes, backups] = ['problems', 'nodes', 'backups'].map((name) => body[name] as readonly Json[]);
  const here = body['this_node'];
  const parts = [
    body['ready'] === true
      ? 'ready: this node gets requests\n'
      : 'not ready: a load balancer sends this node no requests\n',
    (problems ?? []).map(({ check, reason }) => `  ${printable(`${check}: ${reason}`)}\n`).join(''),
    details(factsOf(body, look)),
    table(
      NODES,
      (nodes ?? []).map((node) => ({ ...node, ...(node['id'] === here ? { answered: 'this answer' } : {}) })),
      look,
    ),
    backups?.length ? table(BACKUPS, backups, look) : '',
  ];
  return parts.filter((part) => part !== '').join('\n');
};

const factsOf = (body: Json, look: Look): readonly (readonly [string, unknown])[] => {
  const stores = body['stores'] as Json;
  const audit = body['audit'] as Json;
  const { waiting, dead } = body['notifications'] as { readonly waiting: Json; readonly dead: Json };
  const time = (value: unknown): unknown => (value === undefined ? undefined : bothTimes(value, look));
  return [
    ['issuer', body['issuer']],
    ['version', `${body['version']} on Node.js ${body['node_version']}, ${body['mode']}`],
    ['process started', time(body['started_at'])],
    ['clock', body['clock'] === 'steady' ? 'steady' : 'unsteady: it was set, so nothing is deleted by it for an hour'],
    ['stores', `${stores['document']} for durable data, ${stores['ephemeral']} for data that may be lost`],
    ['volume', volumeText(body['volume'] as Json | undefined)],
    ['notifications', `${counted(waiting)} waiting, ${counted(dead)} given up in 30 days`],
    ['audit streams', audit['streams']],
    ['audit checkpoint', audit['checkpoint'] === undefined ? 'none yet' : `number ${audit['checkpoint']}`],
    ['checkpoint made', time(audit['checkpoint_at'])],
    ['changed records', audit['mismatch_found_at'] === undefined ? 'no start found one' : 'a start found some'],
    ['records found changed', time(audit['mismatch_found_at'])],
    ['audit sinks', sinksText(body['audit_sinks'] as readonly Json[])],
    ['all access ended before', time(body['all_ended_before'])],
    ['last restore', time(body['restored_at'])],
    ['last backup by server', time(body['backed_up_at']) ?? 'none'],
    ['backup folder', body['backup_folder'] ?? 'none: the data is in no database file'],
    ['backup being written', body['backup_running']],
    ['last backup failed', body['backup_failure']],
  ];
};

const sinksText = (sinks: readonly Json[]): string => {
  const failing = sinks.filter((sink) => Number(sink['failing_seconds']) > 0).length;
  const backlog = sinks.reduce((sum, sink) => sum + Number(sink['backlog']), 0);
  return sinks.length === 0 ? 'none' : `${sinks.length}, of which ${failing} fail; ${backlog} events wait`;
};

const counted = ({ count, is_more: isMore }: Json): string => `${isMore ? 'more than ' : ''}${count}`;

const volumeText = (volume: Json | undefined): string | undefined => {
  if (volume === undefined) return undefined;
  const { free, size, reserve } = volume;
  const kept = reserve === 0 ? 'the reserve is released' : `${mebibytes(reserve)} in reserve`;
  return `${mebibytes(free)} of ${mebibytes(size)} free, ${kept}`;
};

export const serverStateCommands: readonly Command[] = [show, backup];
