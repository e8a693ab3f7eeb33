/** What an agent runs with, as this request presents it: for decisions, approvals and tokens of this request alone. */
import { expect, test } from '@jest/globals';
import {
  agentsAsPresented,
  presentedCompositions,
  tokenComposition,
} from '../../../src/provider/client-authentication/presented-compositions.ts';
import { requestState } from '../../../src/provider/seam/request-state.ts';
import { begunRequest } from './begun-request.ts';
import { during, requestAt } from './provider-models.ts';

const SHOWN = { composition: { digest: 'shown', model: 'm' }, grade: 'claimed' };
const DECLARED = { version: 4, declaredBy: 'acc_owner', declaredAt: 5, digest: 'declared' };

type Agents = Parameters<typeof agentsAsPresented>[0];

const requestOf = (presented: object | undefined) => {
  const req = begunRequest();
  requestState(req).presented = presented as never;
  return { req };
};

test.each<[string, string | undefined]>([
  ['current', undefined],
  ['waits', 'composition_not_approved'],
  ['suspended', 'composition_suspends'],
  ['omitted', 'composition_not_shown'],
])('a composition that is %s: %s', async (standing, reason) => {
  const noticed: unknown[] = [];
  const { notice } = presentedCompositions({
    compositions: {
      async noticeComposition(...given: unknown[]) {
        noticed.push(given);
        return standing;
      },
    },
    identifiers: { newId: (prefix: string) => `${prefix}_1` },
  } as never);
  const effective = { id: 'agt_a' };
  for (const presented of [undefined, { effective: { id: 'agt_b' } }]) await notice(requestOf(presented), 'agt_a');
  expect(noticed).toEqual([]);
  const { req } = requestOf({ effective, composition: SHOWN });
  for (const each of [req, { req }]) {
    const outcome = await notice(each, 'agt_a').catch((error: { readonly denial: object }) => error.denial);
    expect(outcome).toEqual(
      reason && { id: 'dny_1', layer: 'composition', reason, remedies: [{ kind: 'contact', whom: 'owner' }] },
    );
  }
  const by = { caller: 'agt_a', request: 'req_1', source: '192.0.2.1' };
  expect(noticed).toEqual(Array(2).fill([effective, SHOWN, by]));
});

test.each<[string, object | undefined, object | undefined]>([
  ['no agent', undefined, undefined],
  ['another agent', { effective: { id: 'agt_b' }, composition: SHOWN }, undefined],
  [
    'what it shows',
    { effective: { id: 'agt_a', composition: DECLARED, showsComposition: true }, composition: SHOWN },
    { digest: 'shown', grade: 'claimed' },
  ],
  [
    'what its owner declared',
    { effective: { id: 'agt_a', composition: DECLARED } },
    { digest: 'declared', grade: 'declared' },
  ],
  [
    'nothing where it has shown one before',
    { effective: { id: 'agt_a', composition: DECLARED, showsComposition: true } },
    undefined,
  ],
  ['nothing', { effective: { id: 'agt_a' } }, undefined],
])('a token says %s', (_, presented, said) => {
  expect(tokenComposition(requestOf(presented), 'agt_a')).toEqual(said);
});

test('only the agent of the request is seen with what it presents', async () => {
  const stored: Record<string, object> = {
    agt_a: { id: 'agt_a', composition: DECLARED, showsComposition: true },
    agt_b: { id: 'agt_b', composition: DECLARED, showsComposition: true },
    agt_c: { id: 'agt_c' },
  };
  const agents = agentsAsPresented({
    get: async (id: string) => stored[id] && { document: stored[id], version: 1 },
    getMany: async (ids: readonly string[]) => ids.map((id) => ({ document: stored[id], version: 1 })),
  } as unknown as Agents);
  const seen = async (presented: object | undefined, id = 'agt_a') => {
    const context = presented && requestAt('token');
    if (context) requestState(context).presented = presented as never;
    return during(context, async () => {
      const one = (await agents.get(id))?.document;
      expect((await agents.getMany([id]))[0]?.document).toEqual(one);
      return one;
    });
  };
  const shown = { ...DECLARED, ...SHOWN.composition };
  expect(await seen(undefined)).toBe(stored['agt_a']);
  expect(await seen({ agent: 'agt_a', composition: SHOWN }, 'agt_b')).toBe(stored['agt_b']);
  expect(await seen({ agent: 'agt_a', composition: SHOWN })).toEqual({ ...stored['agt_a'], composition: shown });
  const attested = { agent: 'agt_a', composition: { ...SHOWN, grade: 'attested' } };
  expect((await seen(attested))?.composition).toEqual({ ...shown, isProven: true });
  // Of an agent that shows its compositions, a request without one says nothing.
  expect(await seen({ agent: 'agt_a' })).toEqual({ id: 'agt_a', showsComposition: true });
  expect(await seen({ agent: 'agt_c' }, 'agt_c')).toBe(stored['agt_c']);
  const first = await seen({ agent: 'agt_c', composition: SHOWN }, 'agt_c');
  expect(first?.composition).toEqual({ version: 1, declaredBy: 'agt_c', declaredAt: 0, ...SHOWN.composition });
  expect(await agents.get('agt_none')).toBeUndefined();
});
