/** Asks a witness for its cosignature (C2SP tlog-witness, “add-checkpoint”), by the guarded way out. */
import { fetchReasonOf, fetchStatusOf, type TrustedPost } from '../../ports/trusted-fetch.ts';
import type { TreeHash } from './merkle-tree.ts';

/** Why a witness did not cosign. */
export type WitnessProblem =
  /** The witness has cosigned more entries than the log has: the log was put back to an older state. */
  | 'ahead'
  /** The tree does not contain the one that the witness knows, or the witness was shown another view of the log. */
  | 'not_consistent'
  /** The witness does not know the log, or another key of it. */
  | 'log_unknown'
  | 'answer_not_valid'
  | 'not_reachable'
  | 'timed_out';

export type WitnessReply =
  | { readonly kind: 'signed'; readonly lines: string }
  /** The witness knows another size than the old one of the request. */
  | { readonly kind: 'size'; readonly size: number }
  | { readonly kind: 'problem'; readonly problem: WitnessProblem };

export interface WitnessClient {
  /** Resolves within the time limit, also when the witness does not answer. Verifies no signature. */
  add(url: string, asked: AddCheckpoint): Promise<WitnessReply>;
}

export type AddCheckpoint = {
  readonly old: number;
  readonly proof: readonly TreeHash[];
  /** With the signature of the log. */
  readonly checkpoint: string;
};

const PROBLEMS: Readonly<Record<number, WitnessProblem>> = {
  403: 'log_unknown',
  404: 'log_unknown',
  422: 'not_consistent',
};

/** `timeoutMilliseconds`: for one request. */
export const witnessClient = (post: TrustedPost['post'], timeoutMilliseconds: number): WitnessClient => ({
  async add(url, { old, proof, checkpoint }) {
    const lines = proof.map((one) => `${one.toString('base64')}\n`).join('');
    try {
      const answer = await post({
        url: `${url.replace(/\/$/, '')}/add-checkpoint`,
        purpose: 'witness',
        body: `old ${old}\n${lines}\n${checkpoint}`,
        timeoutMilliseconds,
      });
      const text = Buffer.from(answer).toString('utf8');
      const [, size] = /^(0|[1-9]\d{0,15})\n$/.exec(text) ?? [];
      if (size === undefined) return { kind: 'signed', lines: text };
      return Number.isSafeInteger(Number(size))
        ? { kind: 'size', size: Number(size) }
        : { kind: 'problem', problem: 'answer_not_valid' };
    } catch (error) {
      return { kind: 'problem', problem: problemOf(error) };
    }
  },
});

const problemOf = (error: unknown): WitnessProblem => {
  const status = fetchStatusOf(error);
  if (status !== undefined) return PROBLEMS[status] ?? 'not_reachable';
  switch (fetchReasonOf(error)) {
    case 'timed_out':
      return 'timed_out';
    case 'type_not_accepted':
    case 'encoding_not_accepted':
    case 'too_large':
    case 'answer_not_valid':
      return 'answer_not_valid';
    default:
      return 'not_reachable';
  }
};
