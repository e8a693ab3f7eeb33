/**
 * Run leases: 32 instances of one agent refresh at once, round after round, and chance makes some of them lose an answer,
 * send a used token again, race themselves, or end. No act of one of them signs a sibling out, and of each
 * rotation exactly one request gets the next token.
 */
import { newKeyPair } from '../support/agent-keys.ts';
import { type Copy, instancesOf } from '../support/instances.ts';
import { type Answer, authentication, formOf } from '../support/oauth-calls.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { type Campaign, type CampaignRun, chosen, type Figures } from './campaign.ts';
import { startServerOn } from './server-on.ts';
import { SERVER_STORES, type ServerStores } from './server-stores.ts';
import { sendAtOnce, type WireRequest } from './volley.ts';

const DEFAULT_ROUNDS = 1000;
const INSTANCES = 32;
const RACERS = 3;
/** Seconds after which the agent gets itself a new access token, below the life of one. */
const FRESH_SECONDS = 300;
/** Short, so that most rounds of a long run need the lives to be prolonged. */
const LIFE_SECONDS = 300;

const CHANCES = { race: 0.1, lose: 0.06, replay: 0.06, end: 0.01, parent: 0.1 } as const;

type Act = 'refresh' | 'race' | 'lose' | 'replay';

/** One instance and what it holds. */
type Held = {
  copy: Copy;
  token: string;
  /** The refresh token before this one, used by a single request. */
  used?: string | undefined;
  access?: unknown;
  /** It has lost the answer to its last refresh, and will try again with the token it has. */
  isLost: boolean;
};

/** What the instances have shares of; the agent replays a token of its own now and then. */
const authorizationOf = async (scene: Scene, run: CampaignRun) => {
  const instances = instancesOf(scene);
  const agent = await scene.newAgent('Many copies');
  let tokens = await instances.authorize(agent);
  let at = performance.now();

  const refreshed = async (): Promise<void> => {
    const answer = await instances.refresh(agent, String(tokens['refresh_token']));
    if (answer.status !== 200) throw new Error(`the agent was signed out: ${answer.status} ${answer.text}`);
    tokens = answer.body;
    at = performance.now();
  };
  return {
    agent,
    instances,
    async share(copy: Copy): Promise<string> {
      if (performance.now() - at > FRESH_SECONDS * 1000) await refreshed();
      const answer = await instances.share(copy.identity, String(tokens['access_token']));
      if (answer.status !== 200) throw new Error(`no share: ${answer.status} ${answer.text}`);
      return String(answer.body['access_token']);
    },
    /** Its own family ends by that; the shares of its instances go on, and it is authorized anew. */
    async replayed(): Promise<void> {
      const used = String(tokens['refresh_token']);
      await refreshed();
      const again = await instances.refresh(agent, used);
      if (again.status !== 400) run.violation(`a used refresh token of the agent was answered ${again.status}`);
      const dead = await instances.refresh(agent, String(tokens['refresh_token']));
      if (dead.status !== 400) run.violation(`the family of the agent outlived a replay: ${dead.status}`);
      tokens = await instances.authorize(agent);
      at = performance.now();
    },
  };
};

type Authorization = Awaited<ReturnType<typeof authorizationOf>>;

const started = async ({ agent, instances, share }: Authorization): Promise<Held> => {
  const copy = await instances.started(agent);
  return { copy, token: await share(copy), isLost: false };
};

const actOf = (run: CampaignRun, { isLost, used }: Held): Act => {
  // An instance that lost an answer knows only the token it sent, and sends it again.
  if (isLost) return 'replay';
  const chance = run.random.next();
  if (chance < CHANCES.race) return 'race';
  if (chance < CHANCES.race + CHANCES.lose) return 'lose';
  return chance < CHANCES.race + CHANCES.lose + CHANCES.replay && used !== undefined ? 'replay' : 'refresh';
};

const requestOf = async (scene: Scene, { copy }: Held, token: string): Promise<WireRequest> => {
  const proof = await authentication(scene.keyed(copy.identity), scene.issuer);
  const form = { grant_type: 'refresh_token', refresh_token: token, resource: scene.jwt.identifier };
  return { url: scene.calls.endpoints.token, headers: {}, body: String(formOf({ ...proof.parameters, ...form })) };
};

const told = ({ status, text }: Answer): string => `${status} ${text.slice(0, 200)}`;

/** All instances at once, each as chance has it; then what each of them holds is looked at. */
const round = async (run: CampaignRun, scene: Scene, authorization: Authorization, all: Held[], count: Counts) => {
  const { instances, share } = authorization;
  const acts = all.map((held) => ({ held, act: actOf(run, held) }));
  const requests: WireRequest[] = [];
  for (const { held, act } of acts) {
    const token = act === 'replay' && !held.isLost ? String(held.used) : held.token;
    for (let sent = 0; sent < (act === 'race' ? RACERS : 1); sent += 1) {
      requests.push(await requestOf(scene, held, token));
    }
  }
  const answers = [...(await sendAtOnce(requests))];
  for (const { held, act } of acts) {
    count[act] += 1;
    const mine = answers.splice(0, act === 'race' ? RACERS : 1);
    const won = mine.filter(({ status }) => status === 200);
    const lost = mine.filter(({ status }) => status !== 200);
    if (act === 'replay') {
      if (won.length > 0) run.violation(`a used refresh token of ${held.copy.id} was good again`);
      const { active } = await instances.introspect(held.access);
      if (held.access !== undefined && active !== false) run.violation(`${held.copy.id}: its token outlived a replay`);
      if (!held.isLost) {
        const after = await instances.refresh(held.copy.identity, held.token);
        if (after.status !== 400) run.violation(`${held.copy.id}: its family outlived a replay: ${told(after)}`);
      }
      Object.assign(held, { token: await share(held.copy), used: undefined, access: undefined, isLost: false });
      continue;
    }
    if (won.length !== 1) {
      run.violation(`${held.copy.id}, ${act}: ${won.length} of ${mine.length} won: ${lost.map(told).join(', ')}`);
      Object.assign(held, { token: await share(held.copy), used: undefined, access: undefined, isLost: false });
      continue;
    }
    const odd = lost.filter(({ status, body }) => status !== 400 || body['error'] !== 'invalid_grant');
    if (odd.length > 0) run.violation(`${held.copy.id}, ${act}: lost as ${odd.map(told).join(', ')}`);
    if (act === 'lose') {
      held.isLost = true;
      continue;
    }
    held.used = act === 'refresh' ? held.token : undefined;
    held.token = String(won[0]?.body['refresh_token']);
    held.access = won[0]?.body['access_token'];
  }
};

/** Some end and others begin, and now and then the agent replays a token of its own. */
const upset = async (run: CampaignRun, authorization: Authorization, all: Held[], count: Counts) => {
  const { agent, instances } = authorization;
  for (const [index, held] of all.entries()) {
    if (!run.random.chance(CHANCES.end)) continue;
    count.end += 1;
    const { status } = await instances.end(agent, held.copy.id);
    if (status !== 204) run.violation(`ending ${held.copy.id} was answered ${status}`);
    const after = await instances.refresh(held.copy.identity, held.token);
    if (after.status !== 401) run.violation(`${held.copy.id} was ended, and answered ${told(after)}`);
    all[index] = await started(authorization);
  }
  if (!run.random.chance(CHANCES.parent)) return;
  count.parent += 1;
  await authorization.replayed();
};

type Counts = Record<Act | 'end' | 'parent', number>;

const on = async (run: CampaignRun, stores: ServerStores): Promise<Figures> => {
  const rounds = run.options.trials ?? DEFAULT_ROUNDS;
  const server = await startServerOn(stores, {
    environment: {
      BEHALF__AGENTS__MAXINSTANCES: String(INSTANCES),
      BEHALF__AGENTS__INSTANCELIFETIMESECONDS: String(LIFE_SECONDS),
    },
  });
  const count: Counts = { refresh: 0, race: 0, lose: 0, replay: 0, end: 0, parent: 0 };
  let done = 0;
  let alive = 0;
  try {
    const scene = await makeScene(server.server);
    const authorization = await authorizationOf(scene, run);
    const all: Held[] = [];
    for (let index = 0; index < INSTANCES; index += 1) all.push(await started(authorization));
    const over = await authorization.instances.start(authorization.agent, await newKeyPair());
    if (over.status !== 409) run.violation(`an instance too many was answered ${over.status}`);
    while (done < rounds && !run.isOver()) {
      await round(run, scene, authorization, all, count);
      await upset(run, authorization, all, count);
      // No instance was signed out by what another one did, not even after its own answer.
      const sample = all[run.random.integer(all.length)];
      if (sample?.access !== undefined && !sample.isLost) {
        const { active } = await authorization.instances.introspect(sample.access);
        if (active !== true) run.violation(`${sample.copy.id} was signed out`);
        else alive += 1;
      }
      done += 1;
      run.progress(`${done} of ${rounds} rounds of ${INSTANCES} on ${server.name}`);
    }
  } catch (error) {
    throw new Error(`${(error as Error).stack}\nserver log:\n${server.server.log().slice(-2000)}`, { cause: error });
  } finally {
    await server.remove();
  }
  const figures = { trials: done, stores: server.name, instances: INSTANCES, ...count, alive };
  run.finished(stores, figures);
  return figures;
};

export const grants: Campaign = {
  name: 'leases',
  about: `${INSTANCES} instances of one agent refresh at once, with losses, replays, races and ends: no sibling is signed out (--trials rounds on each of --stores, default ${DEFAULT_ROUNDS} on sqlite)`,
  async run(run) {
    const names = run.options.stores ? chosen(run, SERVER_STORES) : (['sqlite'] as const);
    const where: Record<string, Figures> = {};
    for (const stores of names) where[stores] = await on(run, stores);
    return { trials: Object.values(where).reduce((sum, { trials }) => sum + trials, 0), where };
  },
};
