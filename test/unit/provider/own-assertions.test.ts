/** The proof by which an agent changes one of its own credentials. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import { ownAssertions } from '../../../src/provider/client-authentication/own-assertions.ts';
import { agent, ISSUER, START } from '../token-exchange/fakes.ts';

const own = await generateKeyPair('ES256', { extractable: true });
const other = await generateKeyPair('ES256');
const jwks = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'k', alg: 'ES256' }] };
const CREDENTIAL = { id: 'crd_1', kind: 'jwks', state: 'active', jwks, createdAt: START - 9 };
const CLAIMS = { iss: 'agt_a', sub: 'agt_a', aud: ISSUER, jti: 'j1', iat: START, exp: START + 60 };

let found: Agent | undefined;
let fault: string | undefined;
let used: Set<string>;
let noted: unknown[];

const withCredential = (change: object = {}, more: Partial<Agent> = {}): Agent => {
  const { jwks: _, ...rest } = agent('agt_a', more);
  return { ...rest, credentials: [{ ...CREDENTIAL, ...change }] } as unknown as Agent;
};

beforeEach(() => {
  found = withCredential();
  fault = undefined;
  used = new Set();
  noted = [];
});

const signed = (claims: object = {}, key = own.privateKey): Promise<string> =>
  new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(key);

const prove = async (assertion: Promise<string> | string = signed(), credential = 'crd_1') =>
  ownAssertions({
    agents: { get: async () => found && { document: found, version: 1 } },
    assertions: {
      faultOf: () => fault,
      claimOnce: async (agentId: string, jti: string, exp: number, iat: number) => {
        expect([agentId, exp, iat]).toEqual(['agt_a', START + 60, START]);
        const isFirst = !used.has(jti);
        used.add(jti);
        return isFirst;
      },
    },
    refusals: { note: async (...of: unknown[]) => noted.push(of) },
    clock: { now: () => START, nowMillis: () => START * 1000 },
    clockToleranceSeconds: 30,
  } as never)('agt_a', credential, await assertion, 'req_1');

const expectRefusal = async (answer: Promise<unknown>, check: string) => {
  await expect(answer).rejects.toMatchObject({ code: 'unauthenticated', reason: 'assertion_not_valid' });
  expect(noted).toEqual([['agt_a', expect.stringContaining(`key rotation: ${check}`), 'req_1']]);
};

test('an assertion by the key of the credential proves it, once', async () => {
  await prove();
  expect(noted).toEqual([]);
  await expectRefusal(prove(), 'the assertion was used before');
});

describe('a credential', () => {
  test.each<[string, () => Agent]>([
    ['of a suspended agent', () => withCredential({}, { state: 'suspended' })],
    ['of another kind', () => withCredential({ kind: 'federated' })],
    ['that is suspended', () => withCredential({ state: 'suspended' })],
    ['that has expired', () => withCredential({ expiresAt: START })],
  ])('%s is not proven', async (_, changed) => {
    found = changed();
    await expectRefusal(prove(), 'there is no such usable credential');
    expect(used.size).toBe(0);
  });

  test('with another id is not proven', async () => {
    await expectRefusal(prove(signed(), 'crd_2'), 'there is no such usable credential');
  });

  test('of an agent that is gone is not proven, and no owner can be told', async () => {
    found = undefined;
    await expect(prove()).rejects.toMatchObject({ reason: 'assertion_not_valid' });
    expect(noted).toEqual([]);
  });
});

describe('an assertion is refused', () => {
  test.each<[string, () => Promise<string>]>([
    ['by another key', () => signed({}, other.privateKey)],
    ['of another issuer', () => signed({ iss: 'agt_b' })],
    ['about another subject', () => signed({ sub: 'agt_b' })],
    ['that has expired', () => signed({ exp: START - 31 })],
    ['without an id', () => signed({ jti: undefined })],
    ['without an expiry', () => signed({ exp: undefined })],
    ['without a date', () => signed({ iat: undefined })],
    ['without an audience', () => signed({ aud: undefined })],
    ['that is no JWT', async () => 'x'],
  ])('%s', async (_, assertion) => {
    await expectRefusal(prove(assertion()), 'the assertion does not verify');
    expect(used.size).toBe(0);
  });

  test('whose claims are at fault, and it is not used up', async () => {
    fault = 'aud must be the issuer';
    await expectRefusal(prove(), 'aud must be the issuer');
    expect(used.size).toBe(0);
  });
});
