/** Signed notes, checkpoints and proofs, against the examples of C2SP. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { entryText } from '../../../../src/domain/audit/transparency-log/log-entry.ts';
import { proofText, verifyProof } from '../../../../src/domain/audit/transparency-log/log-proof.ts';
import { leafHash, rootOfPeaks, withLeaf } from '../../../../src/domain/audit/transparency-log/merkle-tree.ts';
import {
  checkpointText,
  noteSigner,
  noteVerifier,
  openCheckpoint,
} from '../../../../src/domain/audit/transparency-log/signed-note.ts';

/** The example of C2SP signed-note, “Verifier keys”. */
const KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const NOTE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const ORIGIN = 'id.example.com/log/log_a';
const jwk = newKey();
const signer = noteSigner(ORIGIN, jwk);
const verifier = noteVerifier(signer.verifierKey);

test('the example of the specification verifies', () => {
  expect(noteVerifier(KEY).open(NOTE)).toBe('This is an example message.\n');
});

describe('a changed note does not verify', () => {
  test.each([
    ['text', NOTE.replace('example message', 'other message')],
    ['signature', NOTE.replace('Uw2QOkn8', 'Uw2QOkn9')],
    ['name', NOTE.replace('— example.com/foo', '— example.com/bar')],
    ['key id', NOTE.replace('Uw2QOk', 'Uw2QOl')],
    ['dash', NOTE.replace('—', '-')],
    ['a line behind the signatures', `${NOTE}x\n`],
    ['no line end', NOTE.slice(0, -1)],
    ['no signature', 'This is an example message.\n\n'],
    ['a control character', NOTE.replace('is an', 'is\tan')],
    ['base64 with spare bits', NOTE.replace('aQM=', 'aQN=')],
    ['a second signature of the key that is wrong', `${NOTE}${String(NOTE.split('\n')[2]).replace('Okn8', 'Okn9')}\n`],
    ['very long', `${'x'.repeat(70_000)}\n${NOTE}`],
  ])('%s', (_, note) => {
    expect(noteVerifier(KEY).open(note)).toBeUndefined();
  });
});

test('signatures of other keys are ignored', () => {
  const other = noteSigner('witness.example', newKey());
  const text = 'a text\n';
  const [, , line] = other.sign(text).split('\n');
  expect(verifier.open(`${signer.sign(text)}${line}\n`)).toBe(text);
  expect(verifier.open(other.sign(text))).toBeUndefined();
});

test.each([
  ['another id', KEY.replace('530d903a', '530d903b')],
  ['another algorithm', KEY.replace('+Ae', '+Ce')],
  ['a short key', KEY.slice(0, -4)],
  ['a name with a space', KEY.replace('foo', 'f o')],
  ['nothing', ''],
])('a verifier key with %s is refused', (_, key) => {
  expect(() => noteVerifier(key)).toThrow(TypeError);
});

describe('a checkpoint', () => {
  const root = leafHash('an entry');
  const signed = (text: string) => openCheckpoint(signer.sign(text), verifier);

  test('is read with its origin, size and root (C2SP tlog-checkpoint)', () => {
    expect(signed(checkpointText({ origin: ORIGIN, size: 1, root }))).toEqual({ origin: ORIGIN, size: 1, root });
    const extended = `${checkpointText({ origin: ORIGIN, size: 1, root })}an extension\n`;
    expect(signed(extended)).toMatchObject({ size: 1 });
  });

  test.each([
    ['another origin', checkpointText({ origin: 'other.example/log', size: 1, root })],
    ['a size with a zero in front', checkpointText({ origin: ORIGIN, size: 1, root }).replace('\n1\n', '\n01\n')],
    [
      'a size beyond safe integers',
      checkpointText({ origin: ORIGIN, size: 1, root }).replace('\n1\n', '\n9999999999999999\n'),
    ],
    ['a short root', checkpointText({ origin: ORIGIN, size: 1, root: root.subarray(1) })],
    ['an empty extension line', `${checkpointText({ origin: ORIGIN, size: 1, root })}\n`],
    ['two lines', `${ORIGIN}\n1\n`],
  ])('with %s is refused', (_, text) => {
    expect(signed(text)).toBeUndefined();
  });
});

describe('a proof (C2SP tlog-proof)', () => {
  const entry = { stream: 'nod_a', sequence: 7, hash: 'x'.repeat(43) };
  const other = leafHash('another');
  const peaks = withLeaf(withLeaf([], 0, other), 1, leafHash(entryText(entry)));
  const checkpoint = signer.sign(checkpointText({ origin: ORIGIN, size: 2, root: rootOfPeaks(peaks) }));
  const text = proofText({ index: 1, entry, proof: [other], checkpoint });

  test('verifies with the key of its log, and with no other', () => {
    expect(verifyProof(text, [verifier])).toMatchObject({ ok: true, index: 1, entry });
    expect(text.split('\n')[0]).toBe('c2sp.org/tlog-proof@v1');
    const stranger = noteVerifier(noteSigner(ORIGIN, newKey()).verifierKey);
    expect(verifyProof(text, [stranger])).toMatchObject({
      ok: false,
      problem: expect.stringContaining('did not sign'),
    });
  });

  const changed = { ...entry, hash: `y${'x'.repeat(42)}` };
  test.each([
    ['another entry', proofText({ index: 1, entry: changed, proof: [other], checkpoint }), 'does not lead to the root'],
    ['another index', proofText({ index: 0, entry, proof: [other], checkpoint }), 'does not lead to the root'],
    ['an index beyond the size', proofText({ index: 2, entry, proof: [other], checkpoint }), 'does not lead'],
    ['no hash', proofText({ index: 1, entry, proof: [], checkpoint }), 'does not lead to the root'],
    ['a changed checkpoint', text.replace('\n2\n', '\n3\n'), 'did not sign'],
    ['another first line', text.replace('@v1', '@v2'), 'not a proof'],
    ['no entry', text.replace(/extra .*\n/, ''), 'not a proof'],
    ['a short hash', text.replace(/\n[^\n]{44}\n\n/, '\nAAAA\n\n'), 'not a proof'],
    ['nothing in it', '', 'not a proof'],
  ])('with %s does not verify', (_, given, problem) => {
    expect(verifyProof(given, [verifier])).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});
