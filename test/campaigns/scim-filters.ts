/**
 * Filters and PATCH paths of every shape (MG-06): each is read and evaluated by the code of the server, and each fiftieth is sent to
 * the SCIM endpoints of a server as a directory. A violation is an error that is no refusal, any
 * answer but 200, 204 or a refusal of 400, 413, 414 or 431, an answer with a private value, a changed account outside of the
 * attributes of a directory, none within five seconds, or an error in the server's log. What takes more than 50 ms is late
 * if it does so three times, alone.
 */
import {
  AGENT_RESOURCE,
  GROUP_RESOURCE,
  type ResourceSchema,
  USER_RESOURCE,
} from '../../src/domain/identity/scim/attributes.ts';
import { fits, readFilter, readPath } from '../../src/domain/identity/scim/filter.ts';
import { isDomainError } from '../../src/domain/vocabulary/errors.ts';
import { connectionsTo, percentile, type ShotAnswer } from '../bench/load.ts';
import { makeDirectory, PATCH } from '../support/directory.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import type { Campaign, CampaignRun } from './campaign.ts';
import { anyFilter, anyPath } from './scim-filter-grammar.ts';

const DEFAULT_FILTERS = 200_000;
/** One of so many goes over HTTP: there each refusal is a durable audit event. */
const SENT_SHARE = 50;
/** Progress, and a turn of the event loop. */
const BATCH = 1000;
const PARALLEL = 8;
const USERS = 40;
const LATE_MS = 50;
const SLOW_MS = 5000;
/** Longer ones go into the body of a search. */
const LONGEST_QUERY = 6000;
const GOOD: ReadonlySet<number> = new Set([200, 204, 400, 413, 414, 431]);
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const PRIVATE = /argon2|passwordHash|tokensValidFrom|sessionsValidFrom/;

type Sent = { readonly method: 'GET' | 'POST' | 'PATCH'; readonly path: string; readonly body?: string };

export const scimFilters: Campaign = {
  name: 'scim-filters',
  about: `filters and paths of SCIM of every shape: answered or refused, within ${LATE_MS} ms (--trials filters, default ${DEFAULT_FILTERS})`,
  async run(run) {
    const filters = run.options.trials ?? DEFAULT_FILTERS;
    const inside = await readAll(run, filters);
    const most = Math.max(PARALLEL, Math.floor(filters / SENT_SHARE));
    // The directory gets one token, and a million filters take longer than a token usually lasts.
    const server = await startServer({
      environment: { ...WITHOUT_LIMITS, BEHALF__TOKENS__ACCESSTOKENTTLSECONDS: '3600' },
    });
    const { send, close } = connectionsTo(server.issuer, PARALLEL);
    const statuses: Record<string, number> = {};
    const times: number[] = [];
    const suspects: Sent[] = [];
    let sent = 0;
    try {
      const scene = await makeScene(server);
      const directory = await makeDirectory(scene, { name: 'Fuzzed', most_deactivations: 10_000 });
      const ids: string[] = [];
      for (let index = 0; index < USERS; index += 1) {
        const made = await directory.create(`user${index}@example.com`, {
          ...{ title: 'Analyst', emails: [{ value: `user${index}@example.com`, type: 'work', primary: true }] },
        });
        ids.push(String(made.body['id']));
      }
      const shoot = async ({ method, path, body }: Sent): Promise<readonly [ShotAnswer, number]> => {
        const headers = {
          authorization: `Bearer ${directory.bearer}`,
          ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
        };
        const begin = performance.now();
        const answer = await send({
          method,
          path: `/scim/v2${path}`,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        return [answer, performance.now() - begin];
      };

      const one = async (): Promise<void> => {
        while (sent < most && !run.isOver() && server.isRunning) {
          sent += 1;
          const next = requestOf(run, ids);
          const [answer, milliseconds] = await shoot(next);
          times.push(milliseconds);
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
          const wrong =
            wrongIn(answer) ?? (milliseconds > SLOW_MS ? `it took ${Math.round(milliseconds)} ms` : undefined);
          if (wrong !== undefined) run.violation(`${wrong}\n  ${shortly(next)}\n  got ${answer.text.slice(0, 400)}`);
          if (milliseconds > LATE_MS && suspects.length < 1000) suspects.push(next);
          run.progress(`${sent} of ${most} filters over HTTP`);
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, one));

      // What was slow among others: alone, three times. Only a figure: a refusal waits for its durable audit event.
      let slow = 0;
      for (const suspect of suspects) {
        let fastest = Number.POSITIVE_INFINITY;
        for (let attempt = 0; attempt < 3 && fastest > LATE_MS; attempt += 1) {
          const [, milliseconds] = await shoot(suspect);
          fastest = Math.min(fastest, milliseconds);
        }
        if (fastest > LATE_MS) slow += 1;
      }
      await checkAccounts(run, scene, ids);
      if (!server.isRunning) run.violation(`the server ended:\n${server.log().slice(-4000)}`);
      const unhandled = /^.*(unhandled|uncaught|TypeError|ReferenceError|RangeError).*$/im.exec(server.log());
      if (unhandled) run.violation(`in the server's log: ${unhandled[0].slice(0, 1000)}`);
      const sorted = Float64Array.from(times).sort();
      const figures = {
        ...{ trials: inside.read, ...inside, overHttp: sent, statuses },
        ...{ httpAbove50msAmongOthers: suspects.length, httpAbove50msAlone: slow },
        ...{ httpP50Ms: rounded(percentile(sorted, 0.5)), httpP99Ms: rounded(percentile(sorted, 0.99)) },
      };
      run.finished('sqlite', figures);
      return figures;
    } finally {
      close();
      await server.remove();
    }
  },
};

const VALUES = {
  ...{
    userName: 'ada@example.com',
    title: 'Analyst',
    active: true,
    externalId: 'E-1',
    id: 'acc_1',
    displayName: 'Ada',
  },
  emails: Array.from({ length: 20 }, (_, index) => ({ value: `ada${index}@example.com`, type: 'work' })),
  meta: { created: '2026-01-01T00:00:00Z', lastModified: '2026-02-01T00:00:00Z' },
  [USER_RESOURCE.extension?.urn ?? '']: { department: 'Engines' },
};
const RESOURCES: readonly ResourceSchema[] = [USER_RESOURCE, GROUP_RESOURCE, AGENT_RESOURCE];

/** Reads and evaluates one text as the server does. Returns whether it was refused. */
const readOnce = (text: string, resource: ResourceSchema, isPath: boolean): boolean => {
  try {
    if (isPath) {
      const { filter } = readPath(text, resource) ?? {};
      if (filter) for (const email of VALUES.emails) fits(email, filter);
    } else fits(VALUES, readFilter(text, resource));
    return false;
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return true;
  }
};

/** Every text in this process: what the parser and its bounds cost, without the network and the log. */
const readAll = async (run: CampaignRun, filters: number) => {
  let [read, refused, slowestMs, above] = [0, 0, 0, 0];
  while (read < filters && !run.isOver()) {
    const isPath = run.random.chance(0.2);
    const text = isPath ? anyPath(run.random) : anyFilter(run.random);
    const resource = run.random.pick(RESOURCES);
    let fastest = Number.POSITIVE_INFINITY;
    let isRefused = false;
    try {
      for (let attempt = 0; attempt < 3 && fastest > LATE_MS; attempt += 1) {
        const begin = performance.now();
        isRefused = readOnce(text, resource, isPath);
        fastest = Math.min(fastest, performance.now() - begin);
      }
    } catch (error) {
      run.violation(`${String(error)}: ${text.slice(0, 400)}`);
    }
    if (fastest > LATE_MS) run.late(`${Math.round(fastest)} ms: ${text.slice(0, 400)}`);
    if (fastest > LATE_MS) above += 1;
    if (fastest < Number.POSITIVE_INFINITY) slowestMs = Math.max(slowestMs, fastest);
    if (isRefused) refused += 1;
    read += 1;
    if (read % BATCH === 0) {
      run.progress(`${read} of ${filters} filters`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { read, refused, slowestMs: rounded(slowestMs), above50ms: above };
};

const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;

const shortly = ({ method, path, body = '' }: Sent): string => `${method} ${path.slice(0, 300)} ${body.slice(0, 300)}`;

const requestOf = ({ random }: CampaignRun, ids: readonly string[]): Sent => {
  if (random.chance(0.1)) {
    const operation = {
      op: random.pick(['add', 'replace', 'remove']),
      path: anyPath(random),
      value: random.pick(['x', true, null, [], {}, { value: 'x' }]),
    };
    const body = JSON.stringify({ schemas: [PATCH], Operations: [operation] });
    return { method: 'PATCH', path: `/Users/${random.pick(ids)}`, body };
  }
  const filter = anyFilter(random);
  const type = random.pick(['Users', 'Users', 'Groups', 'Agents']);
  const query = `/${type}?filter=${safely(filter)}`;
  return query.length <= LONGEST_QUERY && random.chance(0.8)
    ? { method: 'GET', path: query }
    : { method: 'POST', path: `/${type}/.search`, body: JSON.stringify({ schemas: [SEARCH], filter }) };
};

/** Half of a character has no percent-encoding. */
const safely = (text: string): string => encodeURIComponent(text.toWellFormed());

const wrongIn = ({ status, text }: ShotAnswer): string | undefined => {
  // A path may name `userName`, and another account has the value then.
  if (status === 409 && text.includes('"scimType":"uniqueness"')) return undefined;
  if (!GOOD.has(status)) return `status ${status}`;
  if (PRIVATE.test(text) && status === 200) return 'a private value';
  if (status !== 400 || text === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return 'no JSON';
  }
};

/** No path of a PATCH reaches what a directory may not give. */
const checkAccounts = async (
  run: CampaignRun,
  { management }: Awaited<ReturnType<typeof makeScene>>,
  ids: readonly string[],
): Promise<void> => {
  for (const id of ids) {
    const { status, body } = await management.call('GET', `/accounts/${id}`);
    const { roles = [], entitlements } = body as {
      readonly roles?: readonly string[];
      readonly entitlements?: unknown;
    };
    if (status !== 200 || roles.length > 0 || entitlements !== undefined) {
      run.violation(`account ${id} is ${status} ${JSON.stringify(body).slice(0, 400)}`);
    }
  }
};
