/** Events from a trusted transmitter in the campaign `signals`, good ones and forged ones, at nodes that are killed. */
import { setTimeout as pause } from 'node:timers/promises';
import { FORGED_SETS, type ForgingWorld } from '../support/forged-sets.ts';
import type { Management } from '../support/management.ts';
import type { Answer } from '../support/oauth-calls.ts';
import type { polledTransmitter } from '../support/polled-transmitter.ts';
import type { setSigner } from '../support/set-signer.ts';
import type { CampaignRun } from './campaign.ts';
import type { Node } from './node-client.ts';
import { sent } from './signals-acts.ts';
import type { Ledger, Place } from './signals-ledger.ts';

/** Nodes that are killed again and again on a busy machine may all be down for minutes. */
const PATIENCE_MS = 300_000;
/** The last good SETs, one of which comes again. */
const REMEMBERED = 40;

/** A person elsewhere, the account here, and the agent that it owns. */
export type Owner = { readonly subject: string; readonly account: string; readonly agent: string };

export type Incoming = {
  /** One event that suspends an agent; it is sent until it was received. What it did is then undone. */
  one(): Promise<void>;
  /** The same by a transmitter that is polled: the event waits there until it is settled. */
  polled(): Promise<void>;
  /** The next of the forged SETs. */
  forged(): Promise<void>;
  /** A violation where the server has other signals than those that were sent. */
  check(): Promise<void>;
  readonly counts: Record<string, number>;
};

type World = {
  readonly run: CampaignRun;
  readonly nodes: readonly Node[];
  readonly management: Management;
  readonly ledger: Ledger;
  readonly signer: ReturnType<typeof setSigner>;
  readonly transmitter: { readonly id: string; readonly authorization: string };
  readonly polled: Pick<ReturnType<typeof polledTransmitter>, 'add' | 'settled' | 'handed'> & {
    readonly id: string;
    readonly issuer: string;
  };
  readonly forging: Omit<ForgingWorld, 'push'>;
  readonly owners: readonly Owner[];
  /** The account of the person of whom forged SETs speak. */
  readonly victim: string;
  placeOf(node: number): Place;
  /** Nodes that run. */
  alive(): readonly number[];
};

/** Pushes a SET to a node. */
export const pushTo = (
  node: Node,
  authorization: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  node.send('/signals/events', body as string, {
    'content-type': 'application/secevent+jwt',
    authorization,
    ...headers,
  });

export const newIncoming = (world: World): Incoming => {
  const { run, nodes, management, ledger, signer, transmitter, polled, owners } = world;
  const { random } = run;
  const free = [...owners];
  const received: { readonly text: string; readonly owner: Owner }[] = [];
  const sentIds = new Set<string>();
  const polledIds = new Set<string>();
  const counts: Record<string, number> = {
    received: 0,
    polled: 0,
    attempts: 0,
    repeated: 0,
    forged: 0,
    forgedRefused: 0,
  };
  const count = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  let next = random.integer(FORGED_SETS.length);

  /** Sends until it is acknowledged, as a transmitter does. Answers how many attempts are in doubt. */
  const deliver = async (text: string): Promise<number> => {
    const end = performance.now() + PATIENCE_MS;
    for (let doubts = 0; ; ) {
      count('attempts');
      const { how, answer } = await sent(() => pushTo(random.pick(nodes), transmitter.authorization, text));
      if (how === 'done' && answer?.status === 202) return doubts;
      if (how === 'done') throw new Error(`a good SET got ${answer?.status} ${answer?.text}`);
      if (how === 'cut') doubts += 1;
      if (performance.now() > end) throw new Error('a good SET is not received');
      await pause(50);
    }
  };

  const stateAt = async (node: number, agent: string): Promise<string | undefined> => {
    const token = await management.accessToken();
    const { how, answer } = await sent(() => (nodes[node] as Node).read(`/agents/${agent}`, token));
    return how === 'done' && answer?.status === 200 ? String(answer.body['state']) : undefined;
  };

  const expectState = async (agent: string, state: string, what: string): Promise<void> => {
    for (const node of world.alive()) {
      const found = await stateAt(node, agent);
      if (found !== undefined && found !== state) run.violation(`${what}: at node ${node} the agent is ${found}`);
    }
  };

  const resume = async ({ agent, account }: Owner): Promise<void> => {
    const events = [{ event: 'agent-enabled', agent, owner: account }];
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const node = random.integer(nodes.length);
      const place = world.placeOf(node);
      const token = await management.accessToken();
      const { how, answer } = await sent(() => (nodes[node] as Node).manage(`/agents/${agent}/resume`, token));
      if (how === 'done' && answer?.status === 200) return ledger.done(events, `${place} resumed`);
      if (how === 'cut') ledger.inDoubt(events);
      // An attempt that was cut off may have resumed it.
      if (how === 'done' && answer?.status === 409) return;
      if (how === 'done') run.violation(`resume: ${answer?.status} ${answer?.text}`);
      if (performance.now() > end) throw new Error('an agent cannot be resumed');
      await pause(50);
    }
  };

  const replay = async (): Promise<void> => {
    if (received.length === 0) return;
    const { text, owner } = random.pick(received);
    // Another event about it is under way.
    if (!free.includes(owner)) return;
    free.splice(free.indexOf(owner), 1);
    const { how, answer } = await sent(() => pushTo(random.pick(nodes), transmitter.authorization, text));
    if (how === 'done' && answer?.status !== 202) run.violation(`a repeated SET got ${answer?.status} ${answer?.text}`);
    count('repeated');
    await expectState(owner.agent, 'active', 'a repeated SET');
    free.push(owner);
  };

  /** Waits until the server has settled it. Answers how often it was sent again. */
  const takenByPoll = async (jti: string, text: string): Promise<number> => {
    polled.add(jti, text);
    const end = performance.now() + PATIENCE_MS;
    while (!polled.settled.has(jti)) {
      if (performance.now() > end) throw new Error('a good SET is not polled');
      await pause(50);
    }
    if (polled.settled.get(jti) !== 'acknowledged')
      run.violation(`a good polled SET got ${String(polled.settled.get(jti))}`);
    return polled.handed(jti) - 1;
  };

  /** What an acknowledged event must have done, and what is undone. */
  const hadEffect = async (owner: Owner, jti: string, doubts: number, what: string): Promise<void> => {
    await expectState(owner.agent, 'suspended', what);
    const follows = [
      { event: 'session-revoked', person: owner.account },
      { event: 'agent-disabled', agent: owner.agent, owner: owner.account },
    ];
    ledger.done(follows, `signal ${jti}`);
    for (let doubt = 0; doubt < doubts; doubt += 1) ledger.inDoubt(follows);
    await resume(owner);
  };

  /** A violation where the signals of a transmitter are others than those that were sent. */
  const checkSignals = async (id: string, ids: ReadonlySet<string>): Promise<void> => {
    const found: Readonly<Record<string, unknown>>[] = [];
    for (let cursor = ''; ; ) {
      const path = `/trusted-transmitters/${id}/signals?limit=200${cursor}`;
      const { status, body, text } = await management.call('GET', path);
      if (status !== 200) throw new Error(`signals cannot be read: ${status} ${text}`);
      found.push(...(body['items'] as typeof found));
      if (typeof body['next'] !== 'string') break;
      cursor = `&cursor=${encodeURIComponent(body['next'])}`;
    }
    const suspending = found.filter(({ event }) => event === 'account_disabled');
    if (suspending.length !== ids.size)
      run.violation(`${ids.size} SETs were received, and there are ${suspending.length} signals`);
    for (const signal of found)
      if (signal['state'] !== 'applied') run.violation(`signal ${String(signal['id'])} is ${String(signal['state'])}`);
    if (found.some(({ account }) => account === world.victim)) run.violation('a forged SET was accepted');
  };

  return {
    counts,

    async polled() {
      const owner = free.shift();
      if (!owner) return;
      const claims = signer.claimsOf('account_disabled', owner.subject, { iss: polled.issuer });
      const jti = String(claims['jti']);
      const doubts = await takenByPoll(jti, await signer.sign(claims));
      count('polled');
      polledIds.add(jti);
      await hadEffect(owner, jti, doubts, 'after the acknowledgement of a poll');
      free.push(owner);
    },

    async one() {
      const owner = free.shift();
      if (!owner) return;
      const claims = signer.claimsOf('account_disabled', owner.subject);
      const text = await signer.sign(claims);
      const doubts = await deliver(text);
      count('received');
      sentIds.add(String(claims['jti']));
      await hadEffect(owner, String(claims['jti']), doubts, 'after 202');
      received.push({ text, owner });
      if (received.length > REMEMBERED) received.shift();
      free.push(owner);
      if (random.chance(0.5)) await replay();
    },

    async forged() {
      const [name, send, err] = FORGED_SETS[next % FORGED_SETS.length] as (typeof FORGED_SETS)[number];
      next += 1;
      const node = random.pick(nodes);
      const push: ForgingWorld['push'] = (body, headers) => pushTo(node, transmitter.authorization, body, headers);
      const { how, answer } = await sent(() => send({ ...world.forging, push }));
      count('forged');
      if (how !== 'done') return;
      if (answer?.status === 400 && answer.body['err'] === err) count('forgedRefused');
      else run.violation(`forged, ${name}: ${answer?.status} ${answer?.text.slice(0, 200)}`);
    },

    async check() {
      await checkSignals(transmitter.id, sentIds);
      await checkSignals(polled.id, polledIds);
    },
  };
};
