/**
 * Two nodes on a PostgreSQL whose synchronous standby is promoted, while one of them goes on reaching the primary from before: each has an
 * address of its own, behind which a server changes. Of the campaign `partition` and of test/processes/postgresql-partition.test.ts.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { faultProxy } from '../support/fault-proxy.ts';
import { type PostgresqlServer, startPostgresql } from '../support/postgresql-server.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { type Ending, endingsOf } from './endings.ts';
import { type Node, nodeClient } from './node-client.ts';

/** Of the nodes: the one that goes on reaching the old primary, and the other. */
const OLD = 0;
const NEW = 1;
/** How long the old side is asked after the acknowledgement. */
const ASKED_AFTER_MILLISECONDS = 3000;
const NOTICED_MILLISECONDS = 1000;
const PAUSE_MILLISECONDS = 20;

export type PartitionTrial = {
  /** Positive answers of the old side after the acknowledgement. */
  readonly wrong: number;
  /** Answers of the old side after the acknowledgement, by status. */
  readonly after: Readonly<Record<number, number>>;
  /** Milliseconds from the promotion to the last positive answer of the old side, and to the acknowledgement. */
  readonly lastPositive: number;
  readonly acknowledged: number;
  /** What the old side said last because no standby confirmed it; of requests from before the promotion, others may refuse first. */
  readonly refusal: string;
};

export type PartitionWorld = {
  readonly scene: Scene;
  /** Ways to end something, see `endingsOf`; by name. */
  readonly endings: Readonly<Record<string, () => Promise<Ending>>>;
  /** Resolves when both nodes grant to an agent: for some seconds after a promotion, proofs are refused. */
  granting(): Promise<void>;
  /**
   * Promotes the standby, ends at the new side, and asks the old side all the while. `isStopped`: the process of the old side stands
   * still from before the promotion until after the acknowledgement. Afterwards both nodes are at the new primary.
   */
  trial(ending: Ending, isStopped: boolean): Promise<PartitionTrial>;
  log(): string;
  remove(): Promise<void>;
};

export const partitionWorld = async (): Promise<PartitionWorld> => {
  const removals: (() => Promise<unknown>)[] = [];
  const remove = async (): Promise<void> => {
    for (const one of removals.splice(0).reverse()) await one();
  };
  try {
    return await worldOn(removals, remove);
  } catch (error) {
    await remove();
    throw error;
  }
};

const worldOn = async (removals: (() => Promise<unknown>)[], remove: () => Promise<void>): Promise<PartitionWorld> => {
  let primary = await startPostgresql();
  removals.push(() => primary.remove());
  const addresses = [await faultProxy(primary.port), await faultProxy(primary.port)] as const;
  for (const { close } of addresses) removals.push(close);
  const masterKey = randomBytes(32).toString('base64url');
  const start = async (at: number, more: Readonly<Record<string, string>>): Promise<ServerProcess> => {
    const url = primary.url('behalf').replace(`:${primary.port}/`, `:${addresses[at]?.port}/`);
    const environment = { ...WITHOUT_LIMITS, BEHALF__KEYS__MASTERKEY: masterKey, BEHALF_POSTGRESQL_URL: url, ...more };
    const server = await startServer({ environment });
    removals.push(server.remove);
    return server;
  };
  const newSide = await start(NEW, {});
  const oldSide = await start(OLD, { BEHALF_ISSUER: newSide.issuer });
  const nodes = [oldSide, newSide].map(({ port }) => nodeClient(port, newSide.issuer)) as [Node, Node];
  for (const { close } of nodes) removals.push(async () => close());
  const scene = await makeScene(newSide);
  const agent = scene.keyed(scene.agent);

  /** A connection that ends without an answer is none: status 0. */
  const positive = async (node: Node, { token, credential }: Ending) => {
    const answer = await node.oauth('/token/introspection', credential, { token }).catch(() => undefined);
    const { status, text } = answer ?? { status: 0, text: '' };
    return { status, text, isYes: status === 200 && answer?.body['active'] === true };
  };
  const newStandby = async (): Promise<PostgresqlServer> => {
    const standby = await startPostgresql({ standbyOf: primary });
    await primary.set({ synchronous_standby_names: '*' });
    const isSynchronous = async () =>
      (await primary.ask("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")).length === 1;
    await until(isSynchronous, { what: 'the standby', seconds: 60 });
    // Each node notices it with its next heartbeat.
    await delay(NOTICED_MILLISECONDS);
    return standby;
  };
  /** Sends it until it is done, and not only latched. */
  const ended = async (ending: Ending): Promise<void> => {
    await until(
      async () => {
        const { status, text } = await ending.end(NEW);
        if (status < 300 && status !== 202) return true;
        if (status !== 202 && status !== 503) throw new Error(`an end: ${status} ${text}`);
        await delay(PAUSE_MILLISECONDS);
        return false;
      },
      { what: 'an end', seconds: 60 },
    );
  };

  /** Promotes the standby, and ends at the new side. Resolves when that is acknowledged. */
  const promoted = async (standby: PostgresqlServer, ending: Ending, isStopped: boolean) => {
    if (isStopped) process.kill(oldSide.pid, 'SIGSTOP');
    try {
      await standby.ask('SELECT pg_promote()');
      const promotedAt = performance.now();
      addresses[NEW].leadTo(standby.port);
      await ended(ending);
      return { promotedAt, acknowledgedAt: performance.now() };
    } finally {
      if (isStopped) process.kill(oldSide.pid, 'SIGCONT');
    }
  };

  return {
    scene,
    endings: await endingsOf(scene, nodes),
    async granting() {
      for (const node of nodes) {
        await until(
          async () => {
            const asked = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
            if ((await node.oauth('/token', agent, asked)).status === 200) return true;
            await delay(10 * PAUSE_MILLISECONDS);
            return false;
          },
          { what: 'a token', seconds: 120 },
        );
      }
    },
    async trial(ending, isStopped) {
      const standby = await newStandby();
      removals.push(standby.remove);
      for (const node of nodes) {
        await until(async () => (await positive(node, ending)).isYes, { what: 'a live token', seconds: 60 });
      }
      const answers: {
        readonly at: number;
        readonly status: number;
        readonly isYes: boolean;
        readonly text: string;
      }[] = [];
      let isOver = false;
      const asking = async (): Promise<void> => {
        while (!isOver) {
          const { status, isYes, text } = await positive(nodes[OLD], ending);
          answers.push({ at: performance.now(), status, isYes, text });
          if (!isYes) await delay(PAUSE_MILLISECONDS);
        }
      };
      const askers = Promise.all([asking(), asking()]);
      const during = async () => {
        await until(() => answers.length > 5);
        const times = await promoted(standby, ending, isStopped);
        await delay(ASKED_AFTER_MILLISECONDS);
        return times;
      };
      const { promotedAt, acknowledgedAt } = await during().finally(async () => {
        isOver = true;
        await askers;
      });

      const before = primary;
      primary = standby;
      addresses[OLD].leadTo(standby.port);
      await before.remove();
      const after = answers.filter(({ at, status }) => at > acknowledgedAt && status !== 0);
      const yes = answers.filter(({ isYes }) => isYes).map(({ at }) => at - promotedAt);
      return {
        wrong: after.filter(({ isYes }) => isYes).length,
        after: Object.fromEntries([...Map.groupBy(after, ({ status }) => status)].map(([of, all]) => [of, all.length])),
        lastPositive: Math.max(0, ...yes),
        acknowledged: acknowledgedAt - promotedAt,
        refusal: after.findLast(({ text }) => text.includes('synchronous_standby_names'))?.text ?? '{}',
      };
    },
    log: () => `${oldSide.log().slice(-4000)}\n${newSide.log().slice(-4000)}`,
    remove,
  };
};
