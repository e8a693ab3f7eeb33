import { createECDH, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { decrypt } from 'http_ece';
import { encryptedFor, isReceiver } from '../../../src/domain/notifications/push-encryption.ts';

/** RFC 8291 §5 and appendix A. */
const EXAMPLE = {
  plaintext: 'When I grow up, I want to be a watermelon',
  privateKey: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  body: 'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
};

const newReceiver = () => {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  const secret = randomBytes(16);
  const given = { p256dh: pair.getPublicKey().toString('base64url'), auth: secret.toString('base64url') };
  const read = (body: Buffer): string =>
    decrypt(body, { version: 'aes128gcm', privateKey: pair, authSecret: secret }).toString('utf8');
  return { ...given, pair, read };
};

describe('a message for one browser', () => {
  test('is byte for byte that of the example (RFC 8291 §5)', () => {
    const { plaintext, p256dh, auth, salt, privateKey, body } = EXAMPLE;
    const material = { salt: Buffer.from(salt, 'base64url'), privateKey: Buffer.from(privateKey, 'base64url') };
    const made = encryptedFor({ p256dh, auth }, plaintext, Buffer.byteLength(plaintext), material);
    expect(made.toString('base64url')).toBe(body);
  });

  test('is read by the browser alone, with other keys and another salt each time (RFC 8291 §3.1)', () => {
    const [one, other] = [newReceiver(), newReceiver()];
    const [first, second] = [encryptedFor(one, 'grüße', 100), encryptedFor(one, 'grüße', 100)];
    expect(one.read(first)).toBe('grüße');
    expect(one.read(second)).toBe('grüße');
    expect(first.subarray(0, 16).equals(second.subarray(0, 16))).toBe(false);
    expect(first.subarray(21, 86).equals(second.subarray(21, 86))).toBe(false);
    expect(() => other.read(first)).toThrow();
    first[100] = (first[100] ?? 0) ^ 1;
    expect(() => one.read(first)).toThrow();
  });

  test('has the same length for any text, and no more than a push service has to take (RFC 8291 §4)', () => {
    const receiver = newReceiver();
    expect(encryptedFor(receiver, '', 1024)).toHaveLength(encryptedFor(receiver, 'x'.repeat(1024), 1024).length);
    expect(encryptedFor(receiver, 'x', 3993)).toHaveLength(4096);
    expect(receiver.read(encryptedFor(receiver, 'x'.repeat(3993), 3993))).toBe('x'.repeat(3993));
    expect(() => encryptedFor(receiver, 'x'.repeat(1025), 1024)).toThrow(TypeError);
    expect(() => encryptedFor(receiver, 'ü'.repeat(513), 1024)).toThrow(TypeError);
    expect(() => encryptedFor(receiver, 'x', 3994)).toThrow(TypeError);
  });
});

describe('what a browser made (RFC 8291 §3.1, §3.2)', () => {
  const { p256dh, auth, pair } = newReceiver();

  test('is a point of P-256 and sixteen bytes', () => {
    expect(isReceiver({ p256dh, auth })).toBe(true);
    expect(isReceiver(EXAMPLE)).toBe(true);
  });

  const point = Buffer.from(p256dh, 'base64url');
  const off = Buffer.from(point);
  off[64] = (off[64] ?? 0) ^ 1;
  const infinity = Buffer.alloc(65);
  infinity[0] = 4;
  test.each([
    ['a point that is not on the curve', { p256dh: off.toString('base64url'), auth }],
    ['the origin', { p256dh: infinity.toString('base64url'), auth }],
    ['a compressed point', { p256dh: pair.getPublicKey('base64url', 'compressed'), auth }],
    [
      'a point of another form',
      { p256dh: Buffer.concat([Buffer.from([6]), point.subarray(1)]).toString('base64url'), auth },
    ],
    ['a longer point', { p256dh: Buffer.concat([point, Buffer.from([0])]).toString('base64url'), auth }],
    ['an empty point', { p256dh: '', auth }],
    ['text that is no base64url', { p256dh: `${p256dh.slice(0, 86)}!`, auth }],
    ['an empty secret', { p256dh, auth: '' }],
    ['a secret of fifteen bytes', { p256dh, auth: Buffer.alloc(15).toString('base64url') }],
    ['a secret of seventeen bytes', { p256dh, auth: Buffer.alloc(17).toString('base64url') }],
    ['a secret of a megabyte', { p256dh, auth: 'A'.repeat(1_000_000) }],
  ])('is not %s', (_, given) => {
    expect(isReceiver(given)).toBe(false);
  });
});
