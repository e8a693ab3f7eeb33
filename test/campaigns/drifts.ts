/**
 * Random changes of what agents run with, and other forms of the same: compositions at a real server, declared and attested, under each
 * policy of drift, and pins of tool lists in the packages and the gateway. A violation is a change that is not noticed, a form of
 * the same that counts as one, a difference that names other parts, or a policy without its effect.
 */
import { decodeJwt } from 'jose';
import { compositionOf } from '../../packages/agent/src/agent.ts';
import { assertionParameters, type Identity, type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { type AttestedCopy, attestedCalls, newCopy } from '../support/attested-instances.ts';
import { type Answer, post } from '../support/oauth-calls.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import type { Campaign, CampaignRun } from './campaign.ts';
import { changed, newSetup, otherForm, type Part, partsThatDiffer, type Setup } from './drifts-forms.ts';
import { checkPins } from './drifts-pins.ts';
import { figuresOf } from './figures.ts';

const DEFAULT_TRIALS = 1000;
const ACTIONS = ['note', 'approve', 'suspend'] as const;
/** Agents of each policy and grade. */
const EACH = 2;
/** Trials that show the same in another form. */
const SAME = 0.3;
/** From the request that shows a change to its effect. */
const LONGEST_MS = 1000;

type Runner = {
  readonly agent: Identity;
  readonly action: (typeof ACTIONS)[number];
  /** Of an agent whose platform attests its composition. */
  readonly copy: AttestedCopy | undefined;
  setup: Setup;
  digest: string;
};

type World = { readonly scene: Scene; readonly attested: ReturnType<typeof attestedCalls> };

export const drifts: Campaign = {
  name: 'drifts',
  about: `random changes of model, prompt and tools, and other forms of the same: nothing unnoticed, nothing false (--trials, default ${DEFAULT_TRIALS})`,
  async run(run) {
    const server = await startServer({ environment: WITHOUT_LIMITS });
    try {
      const scene = await makeScene(server);
      const world = { scene, attested: attestedCalls(scene.calls.endpoints) };
      const figures = await noticed(run, world);
      run.finished('sqlite', figures);
      return figures;
    } finally {
      await server.remove();
    }
  },
};

const newRunner = async (
  run: CampaignRun,
  world: World,
  action: Runner['action'],
  attester?: KeyPair,
): Promise<Runner> => {
  const { management, accountId, jwt } = world.scene;
  const key = await newKeyPair();
  const { id } = await management.createAgent({
    name: `Runner ${action}`,
    owner: accountId,
    purpose: 'Runs with changing tools',
    environment: 'test',
    jwks: { keys: [key.publicJwk] },
    grant_types: ['client_credentials'],
    authority: { [jwt.identifier]: ['read'] },
    ceilings: { composition_drift: action },
  });
  if (attester)
    await management.call('POST', `/agents/${id}/credentials`, {
      ...{ kind: 'attested', attester: 'https://attester.example.com', jwks: { keys: [attester.publicJwk] } },
    });
  const copy = attester ? await newCopy(id, attester) : undefined;
  const runner: Runner = { agent: { clientId: id, key }, action, copy, setup: newSetup(run.random), digest: '' };
  const first = await ask(world, runner, runner.setup);
  if (first.status !== 200) throw new Error(`the first token: ${first.status} ${first.text}`);
  runner.digest = digestIn(first);
  return runner;
};

/** A token request of an agent that runs with `setup`. */
const ask = async ({ scene, attested }: World, { agent, copy }: Runner, setup: Setup): Promise<Answer> => {
  const { issuer, token } = scene.calls.endpoints;
  const composition = compositionOf(setup);
  const own = { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' };
  if (copy) return attested.token(copy, own, { claims: { composition } });
  const proof = await assertionParameters(agent, issuer, { claims: { composition } });
  return post(token, { client_id: agent.clientId, ...proof, ...own });
};

const digestIn = ({ body }: Answer): string => {
  const { composition } = decodeJwt(String(body['access_token'])) as {
    readonly composition?: { readonly digest: string };
  };
  return composition?.digest ?? '';
};

const reasonIn = ({ body }: Answer): unknown => (body['denial'] as { readonly reason?: unknown } | undefined)?.reason;

const agentOf = async ({ scene }: World, { agent }: Runner): Promise<Answer['body']> =>
  (await scene.management.call('GET', `/agents/${agent.clientId}`)).body;

const act = async ({ scene }: World, { agent }: Runner, path: string, body: object = {}): Promise<void> => {
  const { status, text } = await scene.management.call('POST', `/agents/${agent.clientId}/${path}`, body);
  if (status !== 200) throw new Error(`${path}: ${status} ${text.slice(0, 300)}`);
};

const textOf = (parts: readonly Part[]): string =>
  parts.map(({ member, name }) => (name === undefined ? member : `${member} ${name}`)).join(', ');

const wrongWith =
  (run: CampaignRun, { action, copy, agent }: Runner) =>
  (what: string): void =>
    run.violation(`${agent.clientId} (${action}, ${copy ? 'attested' : 'declared'}): ${what}`);

/** The same in another form gets a token for the same composition, and changes nothing. */
const checkSame = async (run: CampaignRun, world: World, runner: Runner): Promise<void> => {
  const wrong = wrongWith(run, runner);
  const answer = await ask(world, runner, otherForm(run.random, runner.setup));
  if (answer.status !== 200) return wrong(`another form of the same got ${answer.status} ${answer.text.slice(0, 200)}`);
  if (digestIn(answer) !== runner.digest) wrong('another form of the same got another digest');
  const { composition_drift: drift, state } = await agentOf(world, runner);
  if (drift !== undefined || state !== 'active') wrong('another form of the same counts as drift');
};

type Shown = { readonly digest: string; readonly changes: readonly Part[] };

/** The difference that the owner sees names what was changed. */
const compareChanges = (run: CampaignRun, runner: Runner, shown: Shown | undefined, parts: readonly Part[]): void => {
  const seen = textOf(shown?.changes ?? []);
  if (seen !== textOf(parts)) wrongWith(run, runner)(`the owner sees ${seen}, and ${textOf(parts)} changed`);
};

/** `note`: the token names the new composition, and the list of the agent has the difference. */
const checkNoted = async (run: CampaignRun, world: World, runner: Runner, answer: Answer, parts: readonly Part[]) => {
  const wrong = wrongWith(run, runner);
  if (answer.status !== 200) return wrong(`got ${answer.status} ${answer.text.slice(0, 200)}`);
  if (digestIn(answer) === runner.digest) wrong(`${textOf(parts)} changed unnoticed`);
  const path = `/agents/${runner.agent.clientId}/compositions`;
  const items = (await world.scene.management.call('GET', path)).body['items'] as readonly Shown[];
  compareChanges(run, runner, items[0], parts);
  if (items[0]?.digest !== digestIn(answer)) wrong('the list has another composition than the token');
};

/** `approve` and `suspend`: nothing is given before the owner decided, and the owner sees the difference. */
const checkHeld = async (run: CampaignRun, world: World, runner: Runner, answer: Answer, parts: readonly Part[]) => {
  const wrong = wrongWith(run, runner);
  const isSuspended = runner.action === 'suspend';
  const { state, composition_drift: drift } = await agentOf(world, runner);
  if (answer.status === 200) {
    wrong(`${textOf(parts)} changed unnoticed`);
    return undefined;
  }
  if (answer.body['error'] !== 'access_denied') wrong(`got ${answer.status} ${answer.text.slice(0, 200)}`);
  if (!isSuspended && reasonIn(answer) !== 'composition_not_approved') wrong(`refused for ${String(reasonIn(answer))}`);
  if (state !== (isSuspended ? 'suspended' : 'active')) wrong(`is ${String(state)}`);
  compareChanges(run, runner, drift as Shown | undefined, parts);
  return (drift as Shown | undefined)?.digest;
};

/** The owner accepts the change, or does not. Answers whether it is the composition of the agent now. */
const decided = async (run: CampaignRun, world: World, runner: Runner, digest: string): Promise<boolean> => {
  const isApproved = run.random.chance(0.5);
  if (runner.action === 'approve' && (await ask(world, runner, runner.setup)).status !== 200)
    wrongWith(run, runner)('the approved composition got nothing while another one waits');
  await act(world, runner, isApproved ? 'compositions/approval' : 'compositions/refusal', { digest });
  if (runner.action === 'suspend') await act(world, runner, 'resume');
  return isApproved;
};

const checkDrift = async (run: CampaignRun, world: World, runner: Runner, times: number[]): Promise<void> => {
  const { scene } = world;
  const next = changed(run.random, runner.setup);
  const parts = partsThatDiffer(runner.setup, next);
  await checkPins(run, runner.setup, next);
  if (parts.length === 0) return;
  const held = await ask(world, runner, runner.setup);
  const begin = performance.now();
  const answer = await ask(world, runner, otherForm(run.random, next));
  let digest: string | undefined;
  if (runner.action === 'note') await checkNoted(run, world, runner, answer, parts);
  else digest = await checkHeld(run, world, runner, answer, parts);
  const live = await scene.calls.introspect(scene.jwt.credential, String(held.body['access_token']));
  const milliseconds = performance.now() - begin;
  times.push(milliseconds);
  if (milliseconds > LONGEST_MS) run.late(`the effect took ${Math.round(milliseconds)} ms`);
  if (live.body['active'] !== (runner.action !== 'suspend'))
    wrongWith(run, runner)(`a token of before is ${live.body['active'] === true ? 'active' : 'over'}`);
  if (digest !== undefined && !(await decided(run, world, runner, digest))) return;
  runner.setup = next;
  const after = await ask(world, runner, otherForm(run.random, next));
  if (after.status !== 200)
    return wrongWith(run, runner)(`its composition got ${after.status} ${after.text.slice(0, 200)}`);
  runner.digest = digestIn(after);
};

const noticed = async (run: CampaignRun, world: World) => {
  const wanted = run.options.trials ?? DEFAULT_TRIALS;
  const attester = await newKeyPair();
  const runners: Runner[] = [];
  for (const action of ACTIONS)
    for (let number = 0; number < EACH; number += 1)
      runners.push(await newRunner(run, world, action), await newRunner(run, world, action, attester));
  const counts = { drifts: 0, same: 0 };
  const times: number[] = [];
  while (counts.drifts < wanted && !run.isOver()) {
    const runner = run.random.pick(runners);
    if (run.random.chance(SAME)) {
      await checkSame(run, world, runner);
      await checkPins(run, runner.setup, otherForm(run.random, runner.setup));
      counts.same += 1;
    } else {
      await checkDrift(run, world, runner, times);
      counts.drifts += 1;
    }
    run.progress(`${counts.drifts} of ${wanted} drifts, ${counts.same} other forms of the same`);
  }
  return { trials: counts.drifts, same: counts.same, agents: runners.length, effectMs: figuresOf(times) };
};
