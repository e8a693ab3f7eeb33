/**
 * Honest load of every kind with strangers beside it, on lifetimes so short that what the load leaves behind expires while
 * it goes on. A violation is a row that is still there a minute after it expired, a collection that grows although the load
 * does not, one whose rows have no end and become more, anything expired that is left a minute after the end, and a share of
 * honest steps that fail. Each collection is judged alone: a large one hides no small one. The audit log is left out.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { dataFolder } from '../../config/data-folder.ts';
import { makeScene } from '../support/scene.ts';
import { type Campaign, type CampaignRun, chosen, type Figures } from './campaign.ts';
import { type ServerOn, startServerOn } from './server-on.ts';
import { type SoakLoad, startSoakLoad } from './soak-load.ts';
import { mongodbScales, type Scales, type Sizes, sqliteScales } from './soak-sizes.ts';

const DEFAULT_SECONDS = 600;
const DEFAULT_RATE = 40;
const WEIGH_EVERY_SECONDS = 10;
/** A row may stay so long after its end: the sweeper comes every five seconds, and the machine may be busy. */
const LATE_SECONDS = 60;
const AFTER_SECONDS = 60;
/** At the end it must be gone that expired before the last sweep began. */
const LAST_SWEEP_SECONDS = 15;
/** The longest life of anything below, and what comes on top of it. */
const LONGEST_SECONDS = 330;
/** A store may be so much larger for its load at the end than in the middle. */
const MOST_GROWTH = 1.25;
/** Fewer rows than that are no growth. */
const LEAST_ROWS = 25;
/** Rows of a collection without an end that the load may add: of the clients and agents it is made with. */
const MOST_ENDLESS = 10;
const MOST_FAILURES = 0.02;
const KEPT_SECONDS = 60;

/** The shortest lives there can be. */
const SHORT_LIVES = {
  BEHALF__TOKENS__ACCESSTOKENTTLSECONDS: '30',
  BEHALF__TOKENS__EXCHANGEDTOKENTTLSECONDS: '30',
  BEHALF__TOKENS__REFRESHTOKENTTLSECONDS: '300',
  BEHALF__TOKENS__AUTHORIZATIONCODETTLSECONDS: '30',
  BEHALF__TOKENS__DEVICECODETTLSECONDS: '60',
  BEHALF__TOKENS__DEVICEPOLLINTERVALSECONDS: '1',
  BEHALF__SESSIONS__TTLSECONDS: '300',
  BEHALF__SESSIONS__INTERACTIONTTLSECONDS: '60',
  BEHALF__DELEGATION__DEFAULTDURATIONSECONDS: '300',
  BEHALF__DELEGATION__MAXDURATIONSECONDS: '300',
  BEHALF__DELEGATION__REQUESTTTLSECONDS: '60',
  BEHALF__DELEGATION__KEPTSECONDS: String(KEPT_SECONDS),
  BEHALF__CLIENTAUTHENTICATION__ASSERTIONMAXLIFETIMESECONDS: '120',
  BEHALF__APPROVALS__TTLSECONDS: '60',
  BEHALF__APPROVALS__REDEEMSECONDS: '30',
  BEHALF__APPROVALS__POLLINTERVALSECONDS: '1',
  BEHALF__APPROVALS__KEPTSECONDS: String(KEPT_SECONDS),
  BEHALF__APPROVALS__MOSTOPEN: '16',
  BEHALF__APPROVALS__MOSTOPENPERAPPROVER: '100',
  BEHALF__APPROVALS__PERHOUR: '1000',
  BEHALF__LISTEN__TRUSTEDPROXIES: '127.0.0.1',
  BEHALF__STORES__DEADLINEMILLISECONDS: '5000',
  BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
  BEHALF__PASSWORDS__ARGON2PASSES: '1',
} as const;

/** What was weighed at one moment; `steps` are those of the load so far. */
type Moment = Sizes & { readonly second: number; readonly steps: number; readonly total: number };

const now = (): number => Math.floor((performance.timeOrigin + performance.now()) / 1000);
const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, one) => all + one, 0);
const mean = (values: readonly number[]): number =>
  values.reduce((all, one) => all + one, 0) / Math.max(1, values.length);
const named = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

/** Stores that this campaign can weigh. */
const SOAK_STORES = ['sqlite', 'mongodb+redis'] as const;
type SoakStores = (typeof SOAK_STORES)[number];

const scalesOf = (stores: SoakStores, { server }: ServerOn): Promise<Scales> | Scales =>
  stores === 'sqlite'
    ? sqliteScales(dataFolder(server.dataFolder).database, KEPT_SECONDS)
    : mongodbScales(
        String((server.environment as Readonly<Record<string, string>>)['BEHALF_MONGODB_URL']),
        KEPT_SECONDS,
      );

/** The gauge of the backlog, all collections together. */
const gaugeOf = async (port: number): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return [...text.matchAll(/^behalf_expired_rows\{[^}]*\} (\d+)/gm)].reduce((all, [, rows]) => all + Number(rows), 0);
};

/**
 * How much the stores hold for each step of the last `LONGEST_SECONDS`: what is in them was made by those. Undefined while
 * the load is younger.
 */
const held = (
  moments: readonly Moment[],
  at: Moment,
  of: (moment: Moment) => number | undefined,
): number | undefined => {
  const before = moments.findLast(({ second }) => second <= at.second - LONGEST_SECONDS);
  const size = of(at);
  const steps = before && at.steps - before.steps;
  return size === undefined || steps === undefined || steps === 0 ? undefined : size / steps;
};

/** Growth from the middle to the end: of the time in which all lives have passed once, the last half over the first. */
const growth = (moments: readonly Moment[], of: (moment: Moment) => number | undefined): number | undefined => {
  const all = moments.map((moment) => held(moments, moment, of)).filter((one) => one !== undefined);
  if (all.length < 8) return undefined;
  const half = Math.floor(all.length / 2);
  return mean(all.slice(half)) / mean(all.slice(0, half));
};

/**
 * The same of one collection, and not more than its rows themselves have grown: those that do not come of the load seem to
 * grow where the load slows down.
 */
const growthOfRows = (moments: readonly Moment[], name: string): number | undefined => {
  const rowsAt = ({ rows }: Moment): number => rows[name] ?? 0;
  const perStep = growth(moments, rowsAt);
  if (perStep === undefined) return undefined;
  const settled = moments.filter(({ second }) => second > LONGEST_SECONDS).map(rowsAt);
  const half = Math.floor(settled.length / 2);
  const [first, last] = [mean(settled.slice(0, half)), mean(settled.slice(half))];
  return last - first < LEAST_ROWS ? 1 : Math.min(perStep, last / first);
};

const soakOn = async (run: CampaignRun, stores: SoakStores, seconds: number, rate: number): Promise<Figures> => {
  const on = await startServerOn(stores, { environment: SHORT_LIVES });
  const { name, server, remove } = on;
  let load: SoakLoad | undefined;
  let scales: Scales | undefined;
  try {
    const scene = await makeScene(server);
    scales = await scalesOf(stores, on);
    const weighed = scales;
    load = await startSoakLoad(scene, { rate, random: run.random });
    const loaded = load;
    const before = await weighed.weigh(now());
    const moments: Moment[] = [];
    let largestGauge = 0;
    const begin = performance.now();
    const second = (): number => (performance.now() - begin) / 1000;

    const weigh = async (late: number): Promise<Sizes> => {
      const sizes = await weighed.weigh(now() - late);
      largestGauge = Math.max(largestGauge, await gaugeOf(server.operationsPort));
      return sizes;
    };
    for (let next = WEIGH_EVERY_SECONDS; second() < seconds && !run.isOver(); next += WEIGH_EVERY_SECONDS) {
      await pause(Math.max(0, (Math.min(next, seconds) - second()) * 1000));
      const sizes = await weigh(LATE_SECONDS);
      moments.push({ ...sizes, second: second(), steps: loaded.steps(), total: sum(sizes.rows) });
      if (sum(sizes.expired) > 0) {
        run.violation(
          `${name}, second ${Math.round(second())}: expired a minute ago and still there: ${named(sizes.expired)}`,
        );
      }
      run.progress(
        `${name}, ${Math.round(second())} of ${seconds} s, ${loaded.steps()} steps, ${sum(sizes.rows)} rows`,
      );
    }
    await loaded.stop();
    const ended = now();
    await pause(AFTER_SECONDS * 1000);
    const after = await weighed.weigh(now() - LAST_SWEEP_SECONDS);
    if (sum(after.expired) > 0) {
      run.violation(`${name}: ${now() - ended} s after the end there is still, expired: ${named(after.expired)}`);
    }
    const added = Object.fromEntries(
      Object.entries(after.endless)
        .map(([name, rows]) => [name, rows - (before.endless[name] ?? 0)] as const)
        .filter(([, rows]) => rows > MOST_ENDLESS),
    );
    if (sum(added) > 0) run.violation(`${name}: rows without an end that the load has added: ${named(added)}`);
    const gauge = await gaugeOf(server.operationsPort);
    if (gauge > 0) run.violation(`${name}: a minute after the end the gauge of the backlog says ${gauge}`);

    const [rowsGrowth, bytesGrowth] = [growth(moments, ({ total }) => total), growth(moments, ({ bytes }) => bytes)];
    const collections = [...new Set(moments.flatMap(({ rows }) => Object.keys(rows)))].sort();
    const growths = collections.map((each) => [each, growthOfRows(moments, each)] as const);
    for (const [what, grown] of [['bytes', bytesGrowth], ...growths] as const) {
      if (grown !== undefined && grown > MOST_GROWTH)
        run.violation(`${name}: ${what} grow by ${grown.toFixed(2)} under the same load`);
    }
    const kinds = Object.fromEntries(
      [...loaded.honest].map(([kind, { done, busy, failures }]) => [kind, { done, busy, failures }]),
    );
    const failures = [...loaded.honest.values()].reduce((all, one) => all + one.failures, 0);
    if (failures > MOST_FAILURES * (failures + loaded.steps())) {
      run.violation(
        `${name}: ${failures} honest steps failed: ${[...loaded.honest.values()].flatMap(({ failed }) => failed).join(' | ')}`,
      );
    }
    for (const [kind, { done }] of loaded.honest) if (done === 0) run.violation(`${name}: nothing was done of ${kind}`);
    const figures = {
      trials: Math.round(moments.at(-1)?.second ?? 0),
      steps: kinds,
      strangers: Object.fromEntries(loaded.noise),
      // Undefined in a run that is too short to tell.
      rowsGrowth: rowsGrowth === undefined ? null : Math.round(rowsGrowth * 100) / 100,
      bytesGrowth: bytesGrowth === undefined ? null : Math.round(bytesGrowth * 100) / 100,
      /** Of collections that have grown or shrunk at all. */
      growthOfCollections: Object.fromEntries(
        growths.flatMap(([each, grown = 1]) => (grown === 1 ? [] : [[each, Math.round(grown * 100) / 100]])),
      ),
      largestBacklog: largestGauge,
      expiredAfter: sum(after.expired),
      rowsOverTime: moments
        .filter((_, at) => at % 6 === 5)
        .map(({ second: at, total, bytes, fileBytes }) => ({
          second: Math.round(at),
          rows: total,
          ...(bytes === undefined ? {} : { bytes, fileBytes }),
        })),
      rowsAfter: after.rows,
    };
    run.finished(name, figures);
    return { name, ...figures };
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nserver log:\n${server.log().slice(-4000)}`, { cause: error });
  } finally {
    await load?.stop().catch(() => undefined);
    await scales?.close();
    await remove();
  }
};

export const soak: Campaign = {
  name: 'soak',
  about: `honest load and strangers on short lives: size and backlog level off, nothing expired is left a minute after the end (--trials seconds on each of --stores, default ${DEFAULT_SECONDS}; --rate, default ${DEFAULT_RATE})`,
  async run(run) {
    const seconds = run.options.trials ?? DEFAULT_SECONDS;
    const results: Record<string, unknown> = {};
    let trials = 0;
    for (const stores of chosen(run, SOAK_STORES)) {
      const { name, ...figures } = await soakOn(run, stores, seconds, run.options.rate ?? DEFAULT_RATE);
      results[String(name)] = figures;
      trials += figures.trials;
    }
    return { trials, ...results };
  },
};
