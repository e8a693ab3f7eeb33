/** Witnesses in this process, behind the port by which the server asks them, and what tests do to them. */
import { generateKeyPairSync } from 'node:crypto';
import { cosigner } from '../../src/domain/audit/transparency-log/cosignature.ts';
import { noteVerifier } from '../../src/domain/audit/transparency-log/signed-note.ts';
import { witnessClient } from '../../src/domain/audit/transparency-log/witness-client.ts';
import { parsePolicy } from '../../src/domain/audit/transparency-log/witness-policy.ts';
import type { WitnessRules } from '../../src/domain/audit/transparency-log/witnessing.ts';
import { fetchFailed, type TrustedPost } from '../../src/domain/ports/trusted-fetch.ts';
import { originHash, type WitnessState } from '../../src/witness/state.ts';
import { witness } from '../../src/witness/witness.ts';

const stateInMemory = (): WitnessState => {
  const states = new Map<string, string>();
  return {
    read: (origin) => states.get(origin),
    advance(origin, decide) {
      const { write, answer } = decide(states.get(origin));
      if (write !== undefined) states.set(origin, write);
      return answer;
    },
    keepEvidence: () => true,
  };
};

/** `quorum`: how many of the `names` must cosign. */
export const witnessWorld = (names: readonly string[], quorum: number, now: () => number) => {
  /** Of witnesses that do not answer, or answer something else. */
  const down = new Set<string>();
  const answers = new Map<string, string>();
  const asked: string[] = [];
  const keys = new Map(
    names.map((name) => [name, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })]),
  );
  const signers = new Map([...keys].map(([name, key]) => [name, cosigner(`${name}.example`, key)]));
  let running: ReadonlyMap<string, ReturnType<typeof witness>> = new Map();

  const post: TrustedPost['post'] = async ({ url, body }) => {
    const name = new URL(url).hostname.split('.')[0] ?? '';
    asked.push(name);
    if (down.has(name)) throw fetchFailed('not_reachable', 'down');
    const other = answers.get(name);
    if (other !== undefined) return Buffer.from(other);
    const answer = running.get(name)?.addCheckpoint(String(body)) ?? { status: 404, body: '' };
    if (answer.status === 200 || answer.status === 409) return Buffer.from(answer.body);
    throw fetchFailed('status_not_ok', `status ${answer.status}`, { status: answer.status });
  };
  const lines = [...signers].map(([name, { verifierKey }]) => `witness ${name} ${verifierKey} https://${name}.example`);
  const text = [...lines, `group all-of-them ${quorum} ${names.join(' ')}`, 'quorum all-of-them', ''].join('\n');
  const policy = parsePolicy(text);

  return {
    text,
    policy,
    down,
    answers,
    /** By whom, in order. */
    asked,
    rules: (withholds: boolean): WitnessRules => ({
      ...{ policy, withholds, urls: policy.urls },
      client: witnessClient(post, 1000),
    }),
    /** Makes all witnesses watch a log; each begins without a state. */
    watch(verifierKey: string): void {
      const { name: origin } = noteVerifier(verifierKey);
      running = new Map(
        [...signers].map(([name, signs]) => [
          name,
          witness({
            ...{ cosigner: signs, state: stateInMemory(), hashOf: originHash, log: () => undefined },
            logs: new Map([[origin, [noteVerifier(verifierKey)]]]),
            clock: { now },
          }),
        ]),
      );
    },
  };
};
