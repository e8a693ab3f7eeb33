/** Cosignatures, and the policy that says which of them are enough (C2SP tlog-cosignature, tlog-policy). */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { cosignatureVerifier, cosigner } from '../../../../src/domain/audit/transparency-log/cosignature.ts';
import { leafHash } from '../../../../src/domain/audit/transparency-log/merkle-tree.ts';
import { checkpointText, noteSigner } from '../../../../src/domain/audit/transparency-log/signed-note.ts';
import { judged, parsePolicy, policyProblem } from '../../../../src/domain/audit/transparency-log/witness-policy.ts';

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const ORIGIN = 'id.example.com/log/log_a';
const log = noteSigner(ORIGIN, newKey());
const text = checkpointText({ origin: ORIGIN, size: 7, root: leafHash('an entry') });
const note = log.sign(text);
const AT = 1_800_000_000;
const witnesses = ['w1', 'w2', 'w3'].map((name) => cosigner(`witness.example/${name}`, newKey()));
const [w1, w2, w3] = witnesses as [(typeof witnesses)[0], (typeof witnesses)[0], (typeof witnesses)[0]];
const lineOf = (signs = w1, at = AT): string => signs.cosign(text, at);

describe('a cosignature (C2SP tlog-cosignature)', () => {
  const verifier = cosignatureVerifier(w1.verifierKey);

  test('verifies on the checkpoint, with its time, beside signatures of others', () => {
    expect(verifier.read(`${note}${lineOf(w2)}${lineOf()}`)).toEqual({ state: 'cosigned', at: AT, line: lineOf() });
    expect(verifier.read(`${note}${lineOf(w1, 5)}${lineOf()}${lineOf(w1, 9)}`)).toMatchObject({ at: AT });
    expect(verifier.read(note)).toEqual({ state: 'absent' });
  });

  test.each([
    ['the text', `${note}${lineOf()}`.replace('\n7\n', '\n8\n')],
    ['the time', `${note}${withByte(lineOf(), 11)}`],
    ['the signature', `${note}${withByte(lineOf(), 40)}`],
    ['the length', `${note}— ${w1.name} ${Buffer.from(signatureOf(lineOf())).subarray(0, 70).toString('base64')}\n`],
    ['a second one that is wrong', `${note}${lineOf()}${withByte(lineOf(w1, AT + 1), 40)}`],
  ])('with another value does not verify: %s', (_, changed) => {
    expect(verifier.read(changed)).toEqual({ state: 'wrong' });
  });

  test('has no time of zero', () => {
    expect(verifier.read(note + w1.cosign(text, 0))).toEqual({ state: 'wrong' });
  });

  test('a key of a log is no key of a witness, and the reverse', () => {
    expect(() => cosignatureVerifier(log.verifierKey)).toThrow('not a verifier key of Ed25519 cosignatures');
    expect(() => parsePolicy(`log ${w1.verifierKey}\nquorum none\n`)).toThrow('line 1: not a verifier key of Ed25519');
  });
});

function signatureOf(line: string): Buffer {
  return Buffer.from(String(line.trim().split(' ')[2]), 'base64');
}

function withByte(line: string, at: number): string {
  const [dash, name] = line.split(' ');
  const bytes = signatureOf(line);
  bytes[at] = Number(bytes[at]) ^ 1;
  return `${dash} ${name} ${bytes.toString('base64')}\n`;
}

describe('a policy (C2SP tlog-policy)', () => {
  const lines = [
    '# two of the first group, or the third',
    `log ${log.verifierKey} https://id.example.com/log`,
    '',
    ` witness one\t${w1.verifierKey}`,
    `witness two ${w2.verifierKey} https://w2.example`,
    `witness three ${w3.verifierKey}`,
    'group both all one two',
    'group either any both three',
    'quorum either',
  ];
  const policy = parsePolicy(lines.join('\n'));

  test.each([
    [[], false],
    [[w1], false],
    [[w1, w2], true],
    [[w3], true],
  ])('judges by groups of groups', (by, isMet) => {
    expect(judged(note + by.map((one) => lineOf(one)).join(''), policy).isMet).toBe(isMet);
  });

  test('names who is missing, and whose cosignature was changed', () => {
    expect(policyProblem(note + lineOf(w1), policy)).toBe(
      'The checkpoint lacks the quorum of the policy: one cosigned it, and two, three did not.',
    );
    // Enough others have cosigned: a wrong one still makes the note malformed.
    expect(policyProblem(note + lineOf(w3) + withByte(lineOf(w1), 40), policy)).toBe(
      'The cosignature of witness one does not verify: it was changed.',
    );
  });

  const one = `witness one ${w1.verifierKey}`;
  test.each([
    ['no quorum', one, 'the policy has no quorum line'],
    ['two quorums', 'quorum none\nquorum none', 'line 2'],
    ['an unknown name', 'quorum one', 'line 1: no line above defines "one"'],
    ['a name twice', `${one}\nwitness one ${w2.verifierKey}\nquorum one`, 'line 2'],
    ['a key twice', `${one}\nwitness two ${w1.verifierKey}\nquorum one`, 'line 2: the witness is there twice'],
    ['the name none', `witness none ${w1.verifierKey}\nquorum none`, 'line 1'],
    ['a threshold above its members', `${one}\ngroup all 2 one\nquorum all`, 'line 2: "2" is no number of members'],
    ['a threshold of zero', `${one}\ngroup all 0 one\nquorum all`, 'line 2'],
    ['a member of two groups', `${one}\ngroup a any one\ngroup b any one\nquorum b`, 'line 3: "one" is a member'],
    ['a group without members', 'group a any\nquorum a', 'line 1'],
    ['another word', 'witnesses one\nquorum none', 'line 1'],
    ['a log twice', `log ${log.verifierKey}\nlog ${log.verifierKey}\nquorum none`, 'line 2'],
  ])('with %s is refused', (_, wrong, problem) => {
    expect(() => parsePolicy(wrong)).toThrow(problem);
  });
});
