/** One random schedule: what is done to a few approvals of one lane, in which order, at which node, and what at once. */
import { isDomainError } from '../../src/domain/vocabulary/errors.ts';
import type { Identity } from '../support/agent-keys.ts';
import { deciding, EDITS, type Lane, lookedUp } from './approvals-fixtures.ts';
import { newQuestion, ownDigest, type Question, type Shown, type Told } from './approvals-ledger.ts';
import {
  LEAST_SECONDS,
  type NodeHere,
  type NodesHere,
  passTime,
  REDEEM_SECONDS,
  secondNow,
} from './approvals-nodes.ts';
import { type Drawn, FEW, planned, TOGETHER, wishOf } from './approvals-plan.ts';
import type { Fetched, Outcome, Wire, Wish } from './approvals-wire.ts';
import type { Random } from './campaign.ts';

export type World = { readonly nodes: NodesHere; readonly wire: Wire; readonly lanes: readonly Lane[] };

export type Counts = Record<string, number>;

/** Seconds people have, unless the agent wants it shorter. */
const TTL_SECONDS = 600;

/** Runs one schedule; `tell` hears of what must not happen. */
export const runSchedule = async (
  { nodes, wire, lanes }: World,
  lane: Lane,
  random: Random,
  count: Counts,
  told: Told,
): Promise<void> => {
  const turns = planned(random, nodes.nodes.length);
  const plan = turns.map((turn) => turn.map(({ step }) => step).join(' + ')).join(', ');
  const tell: Told = (kind, text) => told(kind, `${text} (${lane.name}: ${plan})`);
  const service = (node: number) => (nodes.nodes[node] as NodeHere).behalf.services.approvals.service;
  const questions = new Map<string, Question>();
  const wishes: Wish[] = [];
  const fetched = new Map<Question, Fetched>();
  const note = (what: string): void => {
    count[what] = (count[what] ?? 0) + 1;
  };
  const faulty = ({ error, isFault }: Outcome<unknown>): void => {
    if (isFault) tell('no answer', String(error));
  };

  /** Mostly the first. */
  const picked = (chance: number): Question | undefined => {
    const all = [...questions.values()];
    return chance < 0.7 ? all[0] : all[Math.floor(((chance - 0.7) / 0.3) * all.length)];
  };

  const ask = async (node: number, other: number, wish: Wish): Promise<void> => {
    const { isCalm, edits } = lane;
    const outcome = await wire.ask(node, lane, wish);
    faulty(outcome);
    if (outcome.got === undefined) {
      note('not asked');
      if (isCalm && edits === lane.edits) tell('refused for nothing', `not even asked: ${outcome.error}`);
      return;
    }
    const over = secondNow() + Math.max(LEAST_SECONDS, wish.expiry ?? TTL_SECONDS);
    const found = await lookedUp(nodes, other, outcome.got, lane.identity.clientId);
    if (!found) return tell('shown wrongly', 'the node knows nothing of it');
    if (questions.has(found.id)) return;
    note('asked');
    const shown: Shown = found.action;
    const expected = {
      client: lane.identity.clientId,
      agent: lane.identity.clientId,
      chain: { sub: lane.identity.clientId, iss: nodes.issuer, sub_profile: 'ai_agent' },
      subject: lane.subject,
      resource: lane.bank.identifier,
      scope: wish.scope,
      details: wish.details,
      meaning: shown.meaning,
      blueprint: { id: lane.blueprint, version: shown.blueprint?.version },
      composition: shown.composition,
      policy: shown.policy,
    };
    if (ownDigest(shown) !== ownDigest(expected)) tell('shown wrongly', JSON.stringify({ shown, expected }));
    const stale = lane.staleIn(shown, false);
    if (isCalm && edits === lane.edits && stale !== undefined) tell('shown wrongly', `it was over already: ${stale}`);
    questions.set(
      found.id,
      newQuestion(
        {
          id: found.id,
          authReqId: outcome.got,
          shown,
          people: wish.scope.includes('close') ? [lane.subject, lane.partner] : [lane.subject],
          isByExchange: wish.channel === 'token_exchange',
          number: found.number,
          isCalm,
          edits,
          over,
          redeemSeconds: REDEEM_SECONDS,
        },
        tell,
      ),
    );
  };

  const vote = async (node: number, question: Question, account: string, wrong?: 'digest' | 'number' | 'person') => {
    const strangest =
      [...questions.values()].find(({ digest }) => digest !== question.digest)?.digest ?? 'x'.repeat(43);
    const who = wrong === 'person' ? 'acc_stranger' : account;
    const counted = question.voting(secondNow(), who, wrong === undefined);
    const number = wrong === 'number' ? '00' : question.number;
    try {
      const { state } = await service(node).approve(question.id, {
        ...deciding(question, who, wrong === 'digest' ? strangest : question.digest),
        ...(number === undefined ? {} : { number }),
      });
      note('votes');
      counted(state, secondNow());
    } catch (error) {
      if (!isDomainError(error)) throw error;
      note('votes refused');
    }
  };

  /** At one node, or at several at once. */
  const fetchAt = async (at: readonly number[], question: Question): Promise<void> => {
    const attempt = question.fetching(secondNow(), lane.staleIn(question.shown, question.isByExchange), at.length);
    const refusals = await Promise.all(
      at.map(async (node) => {
        const outcome = await wire.fetch(node, lane.identity, question.authReqId);
        faulty(outcome);
        if (!outcome.got) {
          note(`refused: ${outcome.error}`);
          return outcome.error;
        }
        note('tokens');
        fetched.set(question, outcome.got);
        attempt.token(outcome.got.claims);
        return undefined;
      }),
    );
    attempt.over(secondNow(), lane.edits, `no token: ${refusals.join(', ')}`);
  };

  const exchange = async (node: number, question: Question, { token }: Fetched): Promise<void> => {
    const outcome = await wire.exchange(node, lane, token, question.shown.scope);
    faulty(outcome);
    note('exchanges');
    if (outcome.got) tell('two tokens', `${question.id}: by an exchange of its token`);
  };

  const use = async (question: Question, drawn: readonly number[], between: readonly number[]) => {
    const [, one = 0, two = 0, three = 0] = drawn;
    const got = fetched.get(question);
    if (!got) return;
    if (three < TOGETHER) await exchange(between[0] as number, question, got);
    const keys = one < 0.5 ? ['call-1'] : ['call-1', two < 0.5 ? 'call-2' : 'call-1', 'call-3'];
    await Promise.all(
      keys.map(async (key, index) => {
        const outcome = await wire.use(between[index % between.length] as number, lane, got.token, key);
        faulty(outcome);
        if (outcome.got === undefined) return note('calls refused');
        note('calls');
        question.called(key, outcome.got);
      }),
    );
  };

  const steal = async (node: number, question: Question): Promise<void> => {
    const thief = lanes.find((one) => one !== lane)?.identity as Identity;
    const outcome = await wire.fetch(node, thief, question.authReqId);
    faulty(outcome);
    if (outcome.got) tell('given to another', question.id);
  };

  const deny = async (node: number, question: Question): Promise<void> => {
    const done = question.ending('denied', secondNow());
    try {
      await service(node).deny(question.id, deciding(question, lane.subject));
      note('denials');
      done();
    } catch (error) {
      if (!isDomainError(error)) throw error;
      note('denials refused');
    }
  };

  const cancel = async (node: number, question: Question): Promise<void> => {
    const done = question.ending('cancelled', secondNow());
    const { clientId } = lane.identity;
    const found = await service(node).cancel(question.authReqId, clientId, 'req_campaign');
    if (found?.state !== 'cancelled') return note('cancellations refused');
    note('cancellations');
    done();
  };

  const edit = async (node: number, [kind = 0, rare = 0, text = 0]: readonly number[]): Promise<void> => {
    const possible = rare < FEW.policy * EDITS.length ? EDITS : EDITS.filter((one) => one !== 'policy');
    const which = possible[Math.floor(kind * possible.length)] ?? 'composition';
    const bytes = Buffer.alloc(32);
    bytes.writeDoubleBE(text, 0);
    bytes.writeUInt32BE(lane.edits, 8);
    if (await lane.edit(which, node, bytes.toString('hex'))) note(`edited: ${which}`);
  };

  const run = async ({ step, node, other, chance }: Drawn): Promise<void> => {
    const [first = 0, second = 0] = chance;
    if (step === 'ask' || step === 'ask otherwise') {
      const wish = wishOf(chance);
      wishes.push(wish);
      return ask(node, other, wish);
    }
    if (step === 'edit') return edit(node, chance);
    if (step === 'wait') return passTime(second < FEW.long ? REDEEM_SECONDS : 1);
    if (step === 'ask again') return ask(node, other, wishes[0] as Wish);
    const question = picked(first);
    if (!question) return;
    switch (step) {
      case 'approve': {
        const [one, ...others] = question.people;
        if (second < TOGETHER) {
          await Promise.all(question.people.map((person, at) => vote(at === 0 ? node : other, question, person)));
        } else {
          await vote(node, question, String(one));
          for (const person of others) await vote(other, question, person);
        }
        return;
      }
      case 'approve wrongly':
        return vote(node, question, lane.subject, second < 0.5 ? 'digest' : question.number ? 'number' : 'person');
      case 'fetch':
        return fetchAt(second < TOGETHER ? nodes.nodes.map((_, index) => index) : [node], question);
      case 'fetch as another':
        return steal(node, question);
      case 'use':
        return use(question, chance, [node, other]);
      case 'deny':
        return deny(node, question);
      case 'cancel':
        return cancel(node, question);
    }
  };

  const safely = async (drawn: Drawn): Promise<void> => {
    try {
      await run(drawn);
    } catch (error) {
      tell('no answer', String((error as Error).stack));
    }
  };

  for (const turn of turns) await Promise.all(turn.map(safely));
  const at = turns.length % nodes.nodes.length;
  for (const question of questions.values()) {
    const found = await service(at).get(question.id);
    if (found) question.settled(found.state);
    // What is still open would be joined by the next schedule.
    if (found?.state === 'pending' || found?.state === 'approved') {
      await service(at).cancel(question.authReqId, lane.identity.clientId, 'req_campaign');
    }
  }
  await lane.restore(at);
};
