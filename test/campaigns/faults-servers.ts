/** Servers to break, what they stand on, and the faults that can be made there. */
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { faultControl } from '../faults/fault-control.ts';
import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts';
import { type MongodbServer, startMongodb } from '../support/mongodb-server.ts';
import { type PostgresqlServer, startPostgresql } from '../support/postgresql-server.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import type { Random } from './campaign.ts';
import { FAULTY_SERVER, type Fault, pointFaults } from './faults-points.ts';
import type { ServerStores } from './server-stores.ts';

const TMPFS_MEGABYTES = 96;

const run = promisify(execFile);

export type Ground = {
  readonly name: string;
  readonly server: ServerProcess;
  readonly faults: readonly Fault[];
  /** Faults that could not be made on this machine, and why. */
  readonly notRun: readonly string[];
  remove(): Promise<void>;
};

const ofServer = (server: ServerProcess): readonly Fault[] => [
  { name: 'server killed', begin: () => server.kill(), end: () => server.restart() },
  {
    name: 'server stopped',
    begin: () => process.kill(server.pid, 'SIGSTOP'),
    end: () => process.kill(server.pid, 'SIGCONT'),
    isPause: true,
  },
];

/** A faulty server, and what strikes at it. */
const startFaulty = async (dataFolder: string, environment: Readonly<Record<string, string>>) => {
  const socket = join(dataFolder, 'faults.sock');
  const server = await startServer({
    dataFolder,
    entry: FAULTY_SERVER,
    environment: { ...WITHOUT_LIMITS, BEHALF_TEST_FAULT_SOCKET: socket, ...environment },
  });
  return { server, control: faultControl(socket) };
};

const sqliteGround = async (): Promise<Ground> => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-faults-'));
  const isSmall = await run('mount', ['-t', 'tmpfs', '-o', `size=${TMPFS_MEGABYTES}m,mode=0700`, 'tmpfs', folder]).then(
    () => true,
    () => false,
  );
  const { server, control } = await startFaulty(folder, {});
  const filler = join(folder, 'filler');
  const fill = async (): Promise<void> => {
    for (const bytes of [1_000_000, 4096]) {
      // Until the disk says no.
      for (let full = false; !full; )
        full = await appendFile(filler, Buffer.alloc(bytes)).then(
          () => false,
          () => true,
        );
    }
  };
  const log = join(folder, 'behalf.db-wal');
  const torn: Fault = {
    name: 'killed in the middle of a write',
    begin: async () => {
      await server.kill();
      // The head of a frame whose rest was never written.
      await appendFile(log, Buffer.alloc(700, 0x5a)).catch(() => undefined);
    },
    end: () => server.restart(),
  };
  const full: Fault = { name: 'disk full', begin: fill, end: () => rm(filler, { force: true }) };
  return {
    name: 'sqlite',
    server,
    faults: [...ofServer(server), torn, ...(isSmall ? [full] : []), ...pointFaults(server, control, true)],
    notRun: isSmall ? [] : ['disk full: no tmpfs can be mounted here, which takes root'],
    async remove() {
      await server.remove();
      if (isSmall) await run('umount', [folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const admin = async (redis: RedisServer, work: (client: Redis) => Promise<unknown>): Promise<void> => {
  const client = new Redis(redis.port, '127.0.0.1');
  try {
    await work(client);
  } finally {
    client.disconnect();
  }
};

const follow = (replica: RedisServer, primary: RedisServer): Promise<void> =>
  admin(replica, async (client) => {
    await client.replicaof('127.0.0.1', primary.port);
    const end = performance.now() + 10_000;
    while (!String(await client.info('replication')).includes('master_link_status:up')) {
      if (performance.now() > end) throw new Error('the Redis replica does not follow');
      await new Promise((done) => setTimeout(done, 20));
    }
  });

/** Two of Redis, of which the proxy leads to the one that is the primary. */
const ofRedis = (first: RedisServer, second: RedisServer, proxy: FaultProxy): readonly Fault[] => {
  let [primary, replica] = [first, second];
  return [
    { name: 'Redis killed', begin: () => primary.kill(), end: () => primary.restart() },
    { name: 'Redis stopped', begin: () => primary.pause(), end: () => primary.resume() },
    { name: 'Redis flushed', begin: () => admin(primary, (client) => client.flushall()), end: () => undefined },
    {
      name: 'Redis read-only',
      begin: () => admin(primary, (client) => client.replicaof('127.0.0.1', 1)),
      end: () => admin(primary, (client) => client.replicaof('NO', 'ONE')),
    },
    {
      name: 'Redis failover, its last writes lost',
      async begin(random: Random) {
        await admin(replica, (client) => client.replicaof('NO', 'ONE'));
        // Up to a second of writes that the next primary does not get.
        await new Promise((done) => setTimeout(done, random.integer(1000)));
        proxy.leadTo(replica.port);
        await primary.kill();
      },
      async end() {
        [primary, replica] = [replica, primary];
        await replica.restart();
        await follow(replica, primary);
      },
    },
  ];
};

const ofMongodb = ({ kill, restart, pause, resume }: MongodbServer): readonly Fault[] =>
  kill && restart && pause && resume
    ? [
        { name: 'MongoDB killed', begin: kill, end: restart },
        { name: 'MongoDB stopped', begin: pause, end: resume },
      ]
    : [];

/** On the way to a server: answers lost, requests cut in half, and a line on which nothing comes through. */
const onTheWay = (name: string, proxy: FaultProxy, command: string): readonly Fault[] => {
  const struck = async (strike: (text: string) => void): Promise<string | undefined> => {
    const before = proxy.struck();
    strike(command);
    const end = performance.now() + 10_000;
    while (proxy.struck() === before) {
      if (performance.now() > end) return `no ${command} within 10 s`;
      await new Promise((done) => setTimeout(done, 5));
    }
    return undefined;
  };
  return [
    { name: `${name}: acknowledgement lost`, begin: () => struck(proxy.loseAnswerTo), end: () => undefined },
    { name: `${name}: request cut in half`, begin: () => struck(proxy.cutInHalf), end: () => undefined },
    { name: `${name}: silent line`, begin: () => proxy.silent(true), end: () => proxy.silent(false) },
  ];
};

const serversGround = async (): Promise<Ground> => {
  const redisLines = [['repl-diskless-sync-delay', '0']] as const;
  const [mongodb, first, second, folder] = await Promise.all([
    startMongodb({ isDurable: true }),
    startRedis(redisLines),
    startRedis(redisLines),
    mkdtemp(join(tmpdir(), 'behalf-faults-')),
  ]);
  // Before anything is claimed: with its first replica Redis takes a new replication id, which looks like a loss.
  await follow(second, first);
  const url = mongodb.url('faults');
  const isOurs = mongodb.kill !== undefined;
  const toMongodb = await faultProxy(Number(/:(\d+)\//.exec(url)?.[1] ?? 27017));
  const toRedis = await faultProxy(first.port);
  const direct = url.includes('?') ? '&directConnection=true' : '';
  const { server, control } = await startFaulty(folder, {
    BEHALF_MONGODB_URL: isOurs ? `${url.replace(/:\d+\//, `:${toMongodb.port}/`)}${direct}` : url,
    BEHALF_REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
    BEHALF__STORES__ALLOW_STANDALONE: String(mongodb.isStandalone),
    // The stand-in on a file reads the whole audit log to find its end, which takes longer than a second on a busy machine.
    ...(mongodb.kind === 'real' ? {} : { BEHALF__STORES__DEADLINE_MILLISECONDS: '2500' }),
  });
  return {
    name: `mongodb (${mongodb.kind}) + redis`,
    server,
    faults: [
      ...ofServer(server),
      ...ofRedis(first, second, toRedis),
      ...ofMongodb(mongodb),
      ...(isOurs ? onTheWay('MongoDB', toMongodb, 'insert') : []),
      ...onTheWay('Redis', toRedis, 'evalsha'),
      ...pointFaults(server, control, false),
    ],
    notRun: [
      ...(isOurs ? [] : ['MongoDB killed, stopped, cut off: MONGODB_URL names a server that is not ours']),
      ...(mongodb.kind === 'real' ? [] : ['step-down, rollback, lag (FT-02, FT-03, FT-05): need MongoDB itself']),
    ],
    async remove() {
      await server.remove();
      await Promise.all([toMongodb.close(), toRedis.close()]);
      await Promise.all([mongodb.remove(), first.remove(), second.remove()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const ofPostgresql = (postgresql: PostgresqlServer): readonly Fault[] => [
  { name: 'PostgreSQL killed', begin: postgresql.kill, end: postgresql.restart },
  { name: 'PostgreSQL stopped', begin: postgresql.pause, end: postgresql.resume },
  {
    name: 'PostgreSQL ends all sessions',
    begin: () =>
      postgresql.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'behalf' AND pid <> pg_backend_pid()",
      ),
    end: () => undefined,
  },
  {
    name: 'PostgreSQL read-only',
    begin: () => postgresql.set({ default_transaction_read_only: 'on' }),
    end: () => postgresql.set({ default_transaction_read_only: 'off' }),
  },
  {
    name: 'PostgreSQL unsafe',
    begin: () => postgresql.set({ synchronous_commit: 'off' }),
    end: () => postgresql.set({ synchronous_commit: 'on' }),
  },
  {
    name: 'PostgreSQL without its synchronous standby',
    begin: () => postgresql.set({ synchronous_standby_names: 'gone' }),
    end: () => postgresql.set({ synchronous_standby_names: '' }),
  },
];

const postgresqlGround = async (): Promise<Ground> => {
  const [postgresql, folder] = await Promise.all([startPostgresql(), mkdtemp(join(tmpdir(), 'behalf-faults-'))]);
  const proxy = await faultProxy(postgresql.port);
  const { server, control } = await startFaulty(folder, {
    BEHALF_POSTGRESQL_URL: postgresql.url('behalf_faults').replace(`:${postgresql.port}/`, `:${proxy.port}/`),
  });
  return {
    name: 'postgresql',
    server,
    faults: [
      ...ofServer(server),
      ...ofPostgresql(postgresql),
      // A statement is sent by the number that it has on its connection, and its values as they are.
      ...onTheWay('PostgreSQL', proxy, 'token.issued'),
      ...pointFaults(server, control, false),
    ],
    notRun: ['volume full: PostgreSQL ends then, as when it is killed', 'failover: test/processes has it'],
    async remove() {
      await server.remove();
      await proxy.close();
      await postgresql.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const GROUNDS: Readonly<Record<ServerStores, () => Promise<Ground>>> = {
  sqlite: sqliteGround,
  'mongodb+redis': serversGround,
  postgresql: postgresqlGround,
};

export const startGround = (stores: ServerStores): Promise<Ground> => GROUNDS[stores]();
