/** Resource: the server itself. Its state, and the backups that it makes. */
import type { AuditSinkRegistry } from '../../../domain/notifications/audit-sinks/sink-registry.ts';
import type { Backups } from '../../../domain/platform/server-state/backups.ts';
import type { Backlog, ServerStateReader } from '../../../domain/platform/server-state/server-state.ts';
import type { BackupFile } from '../../../domain/ports/backup-files.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, scopes } from '../route.ts';
import { named } from '../schema.ts';
import { arrayOf, flag, integer, oneOf, output, seconds, string } from '../schema-parts.ts';

const BACKLOG = output({
  count: integer('Counted up to 500.'),
  is_more: flag('Whether there are more.'),
});

const BACKUP_MEMBERS = {
  name: string('Name of the file.'),
  bytes: integer('Size of the file.'),
  created_at: seconds('When it was written.'),
};

const SERVER = named(
  'Server',
  output(
    {
      version: string('Version of Behalf.'),
      node_version: string('Version of Node.js.'),
      issuer: string(),
      mode: oneOf('production: the issuer is https.', ['production', 'development']),
      started_at: seconds('When the process that answers started.'),
      now: integer('The clock of the node that answers. Milliseconds since the epoch.'),
      ready: flag('Whether the node that answers can serve, as /readyz says.'),
      problems: arrayOf(
        output({ check: string('Name of the check.'), reason: string() }),
        'Failed checks, and problems that do not prevent serving.',
      ),
      this_node: string('The node that answers.'),
      nodes: arrayOf(
        output({
          id: string('Begins with nod_.'),
          host: string('Name of its machine.'),
          process: integer('Number of its process.'),
          last_heartbeat_at: seconds('Its last heartbeat, by its own clock.'),
          state: oneOf('silent: no heartbeat for 15 seconds.', ['serving', 'silent']),
        }),
        'Nodes on this store. A node that stops removes itself; a silent one is removed after a day.',
      ),
      clock: oneOf('unsteady: it was set a short while ago, so nothing is deleted by it.', ['steady', 'unsteady']),
      stores: output({
        document: oneOf('Store of durable data.', ['sqlite', 'mongodb', 'postgresql', 'memory']),
        ephemeral: oneOf('Store of data that may be lost.', ['sqlite', 'redis', 'postgresql', 'memory']),
      }),
      volume: output({
        size: integer('Bytes of the volume of the database.'),
        free: integer('Free bytes.'),
        reserve: integer('Bytes kept for a full volume; 0 while they are released.'),
      }),
      notifications: output({ waiting: BACKLOG, dead: BACKLOG }),
      audit: output(
        {
          streams: integer('Number of streams, that of the checkpoints included.'),
          checkpoint: integer('Number of the last checkpoint.'),
          checkpoint_at: seconds('When the last checkpoint was made.'),
          mismatch_found_at: seconds('When a start last found a record that does not match its digest.'),
        },
        ['checkpoint', 'checkpoint_at', 'mismatch_found_at'],
      ),
      audit_sinks: arrayOf(
        output({
          id: string('Begins with snk_.'),
          backlog: integer('Number of events that the sink has not acknowledged.'),
          failing_seconds: integer('Time since the first of consecutive failed attempts; 0 while the sink works.'),
        }),
        'Systems and files that receive every audit event.',
      ),
      all_ended_before: seconds(
        'Everything from before that second has ended: by a restore, or by a kill of everything.',
      ),
      backed_up_at: seconds('The last backup in the audit log.'),
      restored_at: seconds('The last restore in the audit log.'),
      backup_folder: string('Folder of the backups that this server made. Absent when the store is no database file.'),
      backups: arrayOf(output(BACKUP_MEMBERS), 'Backups in that folder, newest first.'),
      backup_running: string('The backup that the process that answers is writing.'),
      backup_failure: string('Why the last backup of the process that answers failed.'),
    },
    ['volume', 'all_ended_before', 'backed_up_at', 'restored_at', 'backup_folder', 'backup_running', 'backup_failure'],
  ),
);

const BACKUP = named('Backup', output(BACKUP_MEMBERS, ['bytes', 'created_at']));

const SCOPES = scopes('server', {
  read: ['See the state of this server', 'low'],
  write: ['Back up the data of this server', 'high'],
});

const make = about('server', SCOPES);

const routes = {
  getServer: make.read('/server', SERVER, 'Read the state of the server'),
  createBackup: make.act('/server/backups', BACKUP, 'Copy all data into a file on the machine of the server', {
    roles: ADMINISTRATORS,
    freshFactor: 'accounts',
    accepted: 'The file is being written. `GET /server` shows it when it is complete.',
  }),
};

/** What the process knows about itself. */
export type ThisServer = {
  readonly version: string;
  readonly nodeVersion: string;
  readonly issuer: string;
  readonly mode: 'production' | 'development';
  readonly startedAt: number;
  readonly node: string;
  readonly stores: {
    readonly document: 'sqlite' | 'mongodb' | 'postgresql' | 'memory';
    readonly ephemeral: 'sqlite' | 'redis' | 'postgresql' | 'memory';
  };
  nowMillis(): number;
  isSteady(): boolean;
  volume(): { readonly size: number; readonly free: number; readonly reserve: number } | undefined;
  readiness(): Promise<{ readonly isReady: boolean; readonly reasons: Readonly<Record<string, string>> }>;
};

type Dependencies = {
  readonly thisServer: ThisServer;
  readonly serverState: ServerStateReader;
  readonly auditSinks: Pick<AuditSinkRegistry, 'measures'>;
  readonly backups: Pick<Backups, 'folder' | 'list' | 'create' | 'state'>;
};

const handlers = ({ thisServer, serverState, auditSinks, backups }: Dependencies): Handlers<typeof routes> => ({
  async getServer() {
    const [state, sinks, { isReady, reasons }, files] = await Promise.all([
      serverState.read(),
      auditSinks.measures(),
      thisServer.readiness(),
      backups.list(),
    ]);
    const { checkpoint, streams, mismatchFoundAt, allEndedBefore, backedUpAt, restoredAt } = state;
    const volume = thisServer.volume();
    const { running, failed } = backups.state();
    return {
      body: {
        version: thisServer.version,
        node_version: thisServer.nodeVersion,
        issuer: thisServer.issuer,
        mode: thisServer.mode,
        started_at: thisServer.startedAt,
        now: thisServer.nowMillis(),
        ready: isReady,
        problems: Object.entries(reasons).map(([check, reason]) => ({ check, reason })),
        this_node: thisServer.node,
        nodes: state.nodes.map(({ lastHeartbeatAt, ...node }) => ({ ...node, last_heartbeat_at: lastHeartbeatAt })),
        clock: thisServer.isSteady() ? 'steady' : 'unsteady',
        stores: thisServer.stores,
        ...(volume ? { volume: { size: volume.size, free: volume.free, reserve: volume.reserve } } : {}),
        audit_sinks: sinks.map(({ failingSeconds, ...sink }) => ({ ...sink, failing_seconds: failingSeconds })),
        notifications: { waiting: showBacklog(state.waiting), dead: showBacklog(state.dead) },
        audit: {
          streams,
          ...(checkpoint ? { checkpoint: checkpoint.sequence, checkpoint_at: checkpoint.at } : {}),
          ...(mismatchFoundAt === undefined ? {} : { mismatch_found_at: mismatchFoundAt }),
        },
        ...(allEndedBefore === undefined ? {} : { all_ended_before: allEndedBefore }),
        ...(backedUpAt === undefined ? {} : { backed_up_at: backedUpAt }),
        ...(restoredAt === undefined ? {} : { restored_at: restoredAt }),
        ...(backups.folder === undefined ? {} : { backup_folder: backups.folder }),
        backups: files.map(showBackup),
        ...(running === undefined ? {} : { backup_running: running }),
        ...(failed ? { backup_failure: failed.reason } : {}),
      },
    };
  },

  async createBackup({ by }) {
    const { name, bytes, createdAt } = await backups.create(by);
    if (bytes === undefined || createdAt === undefined) return { body: { name }, status: 202 };
    return { body: showBackup({ name, bytes, createdAt }) };
  },
});

const showBacklog = ({ count, isMore }: Backlog) => ({ count, is_more: isMore });

const showBackup = ({ name, bytes, createdAt }: BackupFile) => ({ name, bytes, created_at: createdAt });

export const server = resource(routes, handlers);
