/**
 * A volume of 64 MiB that is filled again and again: by a foreign file, by strangers and clients beside one, by them
 * alone. The kill switch works while it is full, also through a restart there; the server recovers by itself; nothing that
 * was acknowledged is lost.
 */
import { formOf } from '../support/oauth-calls.ts';
import { codeRequest, newPublicClient } from '../support/public-client.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { runCli, type ServerProcess, startServer } from '../support/server-process.ts';
import { smallVolume } from '../support/small-volume.ts';
import { checkAuditLog } from './audit-log-check.ts';
import type { Campaign, CampaignRun, Figures } from './campaign.ts';
import { type Acknowledged, type BackEnd, backEnds, type DiskLoad, startDiskLoad } from './disk-full-load.ts';

const DEFAULT_FILLS = 50;
const VOLUME_MEBIBYTES = 64;
const MEBIBYTE = 1024 * 1024;
const LONGEST_RECOVERY_MS = 30_000;
/** What is audited stays for good, so that a volume takes only so many fills. */
const FILLS_A_VOLUME = 6;
/** How long a load may take to fill what a file left. */
const LONGEST_FILL_MS = 25_000;
/** A load alone that filled the volume goes on for so long: what it filled it with expires half a minute after its end. */
const ALONE_MS = 50_000;
const LONGEST_RECONCILING_MS = 20_000;
const KILL_WITHIN_MS = 5_000;

type Kind = 'foreign file' | 'load beside a file' | 'load alone';
/** By trial; so short runs have each of them, and the longest seldom. */
const KINDS: readonly Kind[] = [
  'foreign file',
  'load beside a file',
  'foreign file',
  'load beside a file',
  'foreign file',
  'load beside a file',
  'load beside a file',
  'load alone',
];

type World = {
  readonly volume: ReturnType<typeof smallVolume>;
  readonly server: ServerProcess;
  readonly scene: Scene;
  readonly clients: readonly BackEnd[];
  readonly publicClient: string;
  readonly acknowledged: Acknowledged;
};

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** Milliseconds until `holds`, or undefined when that takes longer than `most`. */
const untilHolds = async (holds: () => Promise<boolean>, most: number): Promise<number | undefined> => {
  const begin = performance.now();
  while (!(await holds().catch(() => false))) {
    if (performance.now() - begin > most) return undefined;
    await pause(25);
  }
  return performance.now() - begin;
};

const newWorld = async (): Promise<World> => {
  const volume = smallVolume(VOLUME_MEBIBYTES);
  try {
    // Limits and sizes as they are where no setting names them.
    const environment = { BEHALF__DATA__RESERVE_MEBIBYTES: '', BEHALF__LOG__LEVEL: 'warn' };
    const server = await startServer({ dataFolder: volume.folder, environment });
    const scene = await makeScene(server);
    const acknowledged = { received: [], clients: [], kills: [] };
    const publicClient = await newPublicClient(scene);
    return { volume, server, scene, clients: await backEnds(scene), publicClient, acknowledged };
  } catch (error) {
    volume.remove();
    throw error;
  }
};

const operations = async ({ server }: World, path: string): Promise<{ status: number; text: string }> => {
  const answer = await fetch(`http://127.0.0.1:${server.operationsPort}${path}`, { signal: AbortSignal.timeout(2000) });
  return { status: answer.status, text: await answer.text() };
};

const isReleased = async (world: World): Promise<boolean> =>
  /^behalf_volume_reserve_bytes 0$/m.test((await operations(world, '/metrics')).text);

const own = (scene: Scene, { id, secret }: BackEnd) =>
  scene.calls.token(
    { kind: 'basic', clientId: id, secret },
    { grant_type: 'client_credentials', resource: scene.opaque.identifier },
  );

/** Everything works: clients and strangers write, the reserve is whole, the node is ready. */
const isWell = async (world: World): Promise<boolean> => {
  const { scene, clients, publicClient } = world;
  if (await isReleased(world)) return false;
  if ((await operations(world, '/readyz')).status !== 200) return false;
  const [first] = clients;
  if (!first || (await own(scene, first)).status !== 200) return false;
  const pushed = await fetch(scene.calls.endpoints.par, {
    method: 'POST',
    body: formOf(codeRequest(publicClient)),
  });
  return pushed.status === 201;
};

type Victim = { readonly id: string; readonly token: string };

const newVictim = async ({ scene }: World): Promise<Victim> => {
  const [made] = await backEnds(scene, 1);
  if (!made) throw new Error('no client to kill');
  const answer = await own(scene, made);
  if (answer.status !== 200) throw new Error(`no token to kill: ${answer.status} ${answer.text}`);
  return { id: made.id, token: String(answer.body['access_token']) };
};

/** Orders a kill while the volume is full. A kill that does not end the token is a violation. */
const kill = async (run: CampaignRun, world: World, victim: Victim, how: 'api' | 'command' | 'local') => {
  const { server, scene, acknowledged } = world;
  const words = ['kill', 'client', victim.id, '--reason', 'the disk is full', '--yes'];
  try {
    if (how === 'api') {
      const body = { scope: 'client', id: victim.id, reason: 'the disk is full' };
      const answer = await scene.management.call('POST', '/kills', body);
      if (answer.status !== 201 && answer.status !== 202) throw new Error(`${answer.status} ${answer.text}`);
      acknowledged.kills.push(String(answer.body['id']));
    } else {
      const told = await runCli(how === 'local' ? [...words, '--local'] : words, server.environment);
      const id = /kil_[a-z2-7]{26}/.exec(told.stdout)?.[0];
      if (told.code !== 0 || id === undefined) throw new Error(told.stderr);
      acknowledged.kills.push(id);
    }
  } catch (error) {
    run.violation(`no kill on a full volume (${how}): ${(error as Error).message}`);
    return;
  }
  // One that waits for room serves no client.
  const isOver = async (): Promise<boolean> => {
    const answer = await scene.calls.introspect(scene.opaque.credential, victim.token);
    return answer.status === 503 || answer.body['active'] === false;
  };
  if ((await untilHolds(isOver, KILL_WITHIN_MS)) === undefined) run.violation(`a kill (${how}) left its token active`);
};

const HOWS = ['api', 'command', 'local'] as const;
const WITHOUT_TOKEN = ['api', 'local'] as const;

/** Fills the volume in the way of its kind; answers what makes room, if that is not for the server to do. */
const fill = async (
  run: CampaignRun,
  world: World,
  kind: Kind,
): Promise<{ load: DiskLoad; makeRoom?: () => void; isWhole?: boolean }> => {
  const { volume, scene, clients, publicClient, acknowledged } = world;
  const start = () => startDiskLoad(scene, clients, publicClient, acknowledged, run.random);
  const released = (most: number) => untilHolds(() => isReleased(world), most);
  if (kind === 'foreign file') {
    const load = start();
    await pause(run.random.integer(800));
    const makeRoom = volume.fill();
    await released(LONGEST_FILL_MS);
    // What the reserve gave back as well.
    const isWhole = run.random.chance(0.5);
    if (isWhole) volume.fill(run.random.pick([0, 4096, MEBIBYTE / 2]));
    return { load, makeRoom, isWhole };
  }
  if (kind === 'load beside a file') {
    const makeRoom = volume.fill((1 + run.random.integer(6)) * MEBIBYTE);
    const load = start();
    await released(LONGEST_FILL_MS);
    return { load, makeRoom };
  }
  const load = start();
  await released(LONGEST_FILL_MS);
  return { load };
};

const trial = async (run: CampaignRun, world: World, kind: Kind, figures: Counts): Promise<void> => {
  const { server, scene, acknowledged } = world;
  const { random } = run;
  const victims = [await newVictim(world), await newVictim(world)] as const;
  const { load, makeRoom, isWhole } = await fill(run, world, kind);
  const isFull = await isReleased(world);
  figures.filled[kind] = (figures.filled[kind] ?? 0) + (isFull ? 1 : 0);
  // Without the reserve there is no new token; one that is at hand, and the machine, are enough.
  await kill(run, world, victims[0], random.pick(isWhole ? WITHOUT_TOKEN : HOWS));
  const made = await scene.management.call('POST', '/clients', {
    name: 'Made on a full volume',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
  });
  if (made.status === 201) acknowledged.clients.push(String(made.body['id']));
  else if (made.status !== 503) run.violation(`a client made on a full volume: ${made.status} ${made.text}`);

  let restarting: Promise<number> | undefined;
  if (kind === 'load alone') {
    if (isFull) await pause(ALONE_MS);
  } else if (random.chance(0.35)) {
    load.expectKill();
    await server.kill();
    await load.stop();
    restarting = server.restart();
    restarting.catch(() => undefined);
    const isUp = async (): Promise<boolean> => [200, 503].includes((await operations(world, '/readyz')).status);
    if ((await untilHolds(isUp, LONGEST_RECOVERY_MS)) === undefined) {
      run.violation(`no start on a full volume: ${server.log().slice(-500)}`);
    }
    figures.restartsWhileFull += 1;
    await kill(run, world, victims[1], 'local');
  }
  await load.stop();
  makeRoom?.();
  const recovery = await untilHolds(() => isWell(world), LONGEST_RECOVERY_MS);
  await restarting;
  if (recovery === undefined) {
    const { text } = await operations(world, '/readyz').catch((error: Error) => ({ text: error.message }));
    run.violation(`no recovery within ${LONGEST_RECOVERY_MS / 1000} s after ${kind}: ${text}`);
  } else figures.recoveries.push(recovery);
  for (const text of load.unexpected) run.violation(`${kind}: ${text}`);
  for (const [answer, count] of Object.entries(load.counts)) {
    figures.answers[answer] = (figures.answers[answer] ?? 0) + count;
  }
};

type Counts = {
  readonly filled: Record<string, number>;
  readonly answers: Record<string, number>;
  readonly recoveries: number[];
  restartsWhileFull: number;
  kills: number;
  auditRecords: number;
  acknowledged: number;
  lost: number;
};

/** The audit log verifies, and every acknowledged event stands in it. */
const settle = async (run: CampaignRun, world: World, figures: Counts): Promise<void> => {
  const { server, scene, acknowledged } = world;
  const { auditRecords, missing } = await checkAuditLog(run, server, scene, acknowledged);
  const ids = [...acknowledged.kills, ...acknowledged.clients];
  let lost: readonly string[] = ids;
  // A kill that another process latched is left to it for ten seconds.
  await untilHolds(async () => {
    const auditLog = await scene.management.exportAudit();
    lost = ids.filter((id) => !auditLog.includes(id));
    return lost.length === 0;
  }, LONGEST_RECONCILING_MS);
  for (const id of lost) run.violation(`acknowledged and not in the audit log: ${id}`);
  for (const id of acknowledged.kills) {
    const { status, body } = await scene.management.call('GET', `/kills/${id}`);
    if (body['state'] !== 'standing') run.violation(`the kill ${id} does not stand: ${status} ${body['state']}`);
  }
  figures.auditRecords += auditRecords;
  figures.kills += acknowledged.kills.length;
  figures.acknowledged += acknowledged.received.length + ids.length;
  figures.lost += missing + lost.length;
};

const diskFullOn = async (run: CampaignRun, fills: number): Promise<Figures> => {
  const figures: Counts = {
    filled: {},
    answers: {},
    recoveries: [],
    restartsWhileFull: 0,
    kills: 0,
    auditRecords: 0,
    acknowledged: 0,
    lost: 0,
  };
  let trials = 0;
  while (trials < fills && !run.isOver()) {
    const world = await newWorld();
    try {
      if ((await untilHolds(() => isWell(world), LONGEST_RECOVERY_MS)) === undefined) throw new Error('no reserve');
      for (let fill = 0; fill < FILLS_A_VOLUME && trials < fills && !run.isOver(); fill += 1) {
        const kind = KINDS[trials % KINDS.length] ?? 'foreign file';
        await trial(run, world, kind, figures);
        trials += 1;
        run.progress(`${trials} of ${fills} fills, ${figures.acknowledged} acknowledged`);
      }
      await settle(run, world, figures);
    } catch (error) {
      throw new Error(`${(error as Error).stack}\nserver log:\n${world.server.log().slice(-4000)}`, { cause: error });
    } finally {
      await world.server.remove();
      world.volume.remove();
    }
  }
  const { recoveries, ...rest } = figures;
  const sorted = recoveries.toSorted((one, other) => one - other);
  const at = (share: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return { trials, ...rest, recoveryMs: { p50: at(0.5), p90: at(0.9), max: at(1) } };
};

export const diskFull: Campaign = {
  name: 'disk-full',
  about: `a full volume of ${VOLUME_MEBIBYTES} MiB: recovers within 30 s, kills work throughout, nothing acknowledged is lost (--trials fills, default ${DEFAULT_FILLS})`,
  async run(run) {
    const probe = smallVolume(1);
    probe.remove();
    if (!probe.isMounted) return { trials: 0, notRun: ['no tmpfs can be mounted here, which takes root'] };
    const figures = await diskFullOn(run, run.options.trials ?? DEFAULT_FILLS);
    run.finished('sqlite', figures);
    return figures;
  },
};
