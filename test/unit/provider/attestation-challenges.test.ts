import { randomBytes } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import {
  attestationChallenges,
  challengeOf,
} from '../../../src/provider/client-authentication/attestation-challenges.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const proofWith = (challenge: unknown): string => `${part({ alg: 'none' })}.${part({ challenge })}.`;

let now = 1_790_000_000;
const clock = { now: () => now, nowMillis: () => now * 1000 };
const [one, two] = [randomBytes(32), randomBytes(32)];
/** One that passed the front guard. */
const request = (): IncomingMessage => {
  const sent = new IncomingMessage(new Socket());
  beginRequest(sent, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: clock.nowMillis() });
  return sent;
};
const nodeOf = (key: Buffer, other?: Buffer) => attestationChallenges({ masterKey: masterKey(key, other), clock });
const made = (key: Buffer): string => challengeOf(masterKey(key).derive('attestation-challenge', 32), now);
const isTaken = (node: ReturnType<typeof nodeOf>, challenge: unknown): boolean => {
  try {
    node.check(request(), proofWith(challenge));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ error: 'use_attestation_challenge', statusCode: 400 });
    return false;
  }
};

test('a challenge is valid on every node for five minutes, and for one minute where a clock is behind', () => {
  const challenge = made(one);
  const node = nodeOf(one);
  expect(isTaken(node, challenge)).toBe(true);
  now += 300;
  expect(isTaken(node, challenge)).toBe(true);
  now += 60;
  expect(isTaken(node, challenge)).toBe(false);
  const ahead = made(one);
  now -= 60;
  expect(isTaken(node, ahead)).toBe(true);
  now -= 60;
  expect(isTaken(node, ahead)).toBe(false);
});

test('while the master key changes those of either key are accepted, and of no other', () => {
  expect(isTaken(nodeOf(two, one), made(one))).toBe(true);
  expect(isTaken(nodeOf(two, one), made(two))).toBe(true);
  expect(isTaken(nodeOf(two), made(one))).toBe(false);
});

test('an invalid challenge is refused', () => {
  for (const value of [undefined, null, 7, '', 'x', ['x'], {}, `${made(one)}=`]) {
    expect(isTaken(nodeOf(one), value)).toBe(false);
  }
});

test('an invalid proof is left to the check of proofs', () => {
  expect(() => nodeOf(one).check(request(), '')).not.toThrow();
});
