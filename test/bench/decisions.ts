/**
 * From a person's yes to the token of her agent: the agent polls once in an interval, or is pinged and asks then. A browser
 * says yes at a moment that has nothing to do with the interval. Measured from when its answer was sent and from when it was
 * answered, until the agent has its token.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Identity } from '../support/agent-keys.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { localAuthority } from '../support/local-authority.ts';
import { type Asking, startAsking } from './asking-subject.ts';
import { percentile } from './load.ts';
import { rounded, table } from './statistics.ts';

type Spread = { readonly p50: number; readonly p99: number; readonly max: number };

export type DecisionToToken = {
  readonly by: 'poll' | 'ping';
  readonly runs: number;
  readonly intervalSeconds: number;
  /** Milliseconds. */
  readonly fromAnswer: Spread;
  readonly fromSent: Spread;
  /** Of `fromAnswer.p99`, at most. */
  readonly aim: number;
};

const INTERVAL_SECONDS = 1;
/** Besides the interval itself. */
const MOST_BY_POLL_MS = 200;
const MOST_BY_PING_MS = 300;
/** At once, each with an agent and a browser of its own. */
const PEOPLE = 4;
const LONGEST_MS = 20_000;

type Run = { readonly fromAnswer: number; readonly fromSent: number };

export const decisionsToTokens = async (
  runs: number,
  core: number | undefined,
): Promise<readonly DecisionToToken[]> => {
  const authority = await localAuthority();
  const pinged = new Map<string, () => void>();
  try {
    const site = await authority.serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(204).end();
        const { auth_req_id: id } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly auth_req_id: string };
        pinged.get(id)?.();
      });
    });
    const asking = await startAsking({
      core,
      pollIntervalSeconds: INTERVAL_SECONDS,
      environment: { ...internalHosts({ approvalPings: site.host }), BEHALF_EGRESS_CA_FILE: authority.caFile },
    });
    try {
      const answers: DecisionToToken[] = [];
      for (const by of ['poll', 'ping'] as const) {
        const found: Run[] = [];
        const endpoint = by === 'ping' ? { backchannel_client_notification_endpoint: `${site.origin}/ping` } : {};
        await Promise.all(
          Array.from({ length: PEOPLE }, async (_, index) => {
            const person = await asking.newPerson();
            const agent = await asking.newAgent(person.id, endpoint);
            const browser = await asking.browserOf(person);
            for (let run = index; run < runs; run += PEOPLE) {
              if (run % 20 === 0) process.stderr.write(`from an approval to a token by ${by}: ${run} of ${runs}\n`);
              const more = by === 'ping' ? { client_notification_token: 'a-token-of-the-agent-with-128-bits' } : {};
              const authReqId = await asking.ask(agent, person, run + 1, more);
              const approve = await asking.readyToApprove(browser, await asking.openOf(agent));
              const waited = by === 'poll' ? polled(asking, agent, authReqId) : told(asking, agent, authReqId, pinged);
              // At any moment of the interval.
              await pause(Math.random() * INTERVAL_SECONDS * 1000);
              const sentAt = performance.now();
              await approve();
              const answeredAt = performance.now();
              const tokenAt = await waited;
              found.push({ fromSent: tokenAt - sentAt, fromAnswer: Math.max(0, tokenAt - answeredAt) });
            }
          }),
        );
        answers.push({
          by,
          runs: found.length,
          intervalSeconds: INTERVAL_SECONDS,
          fromAnswer: spreadOf(found.map(({ fromAnswer }) => fromAnswer)),
          fromSent: spreadOf(found.map(({ fromSent }) => fromSent)),
          aim: by === 'poll' ? INTERVAL_SECONDS * 1000 + MOST_BY_POLL_MS : MOST_BY_PING_MS,
        });
      }
      return answers;
    } finally {
      await asking.close();
    }
  } finally {
    await authority.remove();
  }
};

/** When the agent has its token; it asks again an interval after each answer. */
const polled = async (asking: Asking, agent: Identity, authReqId: string): Promise<number> => {
  const giveUpAt = performance.now() + LONGEST_MS;
  let interval = INTERVAL_SECONDS * 1000;
  for (;;) {
    const { status, body } = await asking.poll(agent, authReqId);
    const now = performance.now();
    if (status === 200) return now;
    if (body['error'] === 'slow_down') interval += 5000;
    else if (body['error'] !== 'authorization_pending' || now > giveUpAt) throw new Error(JSON.stringify(body));
    await pause(interval);
  }
};

const told = async (
  asking: Asking,
  agent: Identity,
  authReqId: string,
  pinged: Map<string, () => void>,
): Promise<number> => {
  const ping = Promise.withResolvers<void>();
  pinged.set(authReqId, ping.resolve);
  const tooLong = setTimeout(() => ping.reject(new Error('no client was pinged')), LONGEST_MS);
  await ping.promise.finally(() => clearTimeout(tooLong));
  pinged.delete(authReqId);
  const { status, text } = await asking.poll(agent, authReqId);
  if (status !== 200) throw new Error(`after a ping: ${text}`);
  return performance.now();
};

const spreadOf = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number => rounded(percentile(sorted, share), 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
};

export const decisionsTable = (found: readonly DecisionToToken[]): string => {
  const text = ({ p50, p99, max }: Spread): string => `${p50} / ${p99} / ${max}`;
  return table(
    [
      'from an approval to the token',
      'runs',
      'from the answer p50/p99/max ms',
      'aim p99',
      'from when it was sent p50/p99/max ms',
    ],
    found.map((one) => [
      one.by === 'poll' ? `by poll, once in ${one.intervalSeconds} s` : 'by ping',
      one.runs,
      text(one.fromAnswer),
      one.aim,
      text(one.fromSent),
    ]),
  );
};
