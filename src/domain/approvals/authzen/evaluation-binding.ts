import { isOneOfDigests } from '../../platform/crypto/constant-time-compare.ts';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import { canonicalDigest } from '../../vocabulary/canonical-digest.ts';
import type { Acting } from './access-facts.ts';
import type { AccessQuestion, SentEntities } from './access-question.ts';

/**
 * Digest of a question exactly as sent and of the subject found for it: SHA-256 over canonical JSON (RFC 8785),
 * base64url. Covers the agent that the context names. Covers what is behind a token (chain, delegation, grant), not the
 * token itself, so that a newer token of the same transaction gives the same digest. Undefined for a question without
 * canonical form, or one that cannot be asked again.
 */
export const questionDigest = (question: AccessQuestion, acting: Acting): string | undefined => {
  const { sent, context } = question;
  if (!sent) return undefined;
  const { facts, token, delegation } = acting;
  const asked = {
    ...sent,
    subject: withoutActor(sent.subject),
    context: { agent: context.agent, isByToken: context.token !== undefined },
    who: {
      server: facts.server.id,
      caller: facts.caller.id,
      subject: facts.subject?.id,
      chain: token?.chain,
      delegation,
      grant: token?.grant,
    },
  };
  try {
    return canonicalDigest(asked);
  } catch {
    return undefined;
  }
};

/**
 * Removes `act`: the actor may be named there or in `client.actor` (Access Request and Approval Profile, binding token
 * integrity).
 */
const withoutActor = (subject: SentEntities['subject']): object => {
  const { properties, ...rest } = subject;
  if (typeof properties !== 'object' || properties === null || !Object.hasOwn(properties, 'act')) return subject;
  const { act: _, ...others } = properties as { readonly act?: unknown };
  return Object.keys(others).length === 0 ? rest : { ...rest, properties: others };
};

/** Id of an evaluation for which access can be requested, as sent to the resource server. */
export type EvaluationId = {
  readonly decision: string;
  /** Until when, epoch seconds. */
  readonly expiresAt: number;
  readonly seal: string;
};

const WRITTEN = /^(dec_\w{1,64})\.([1-9]\d{0,11})\.([\w-]{43})$/;

/**
 * Ids of evaluations. An id carries the question, the resource server and the expiry, readable by this server alone.
 * Questions for which access is never requested therefore need no storage.
 */
export interface EvaluationIds {
  /** Makes the id of an evaluation. `expiresAt`: epoch seconds; `digest`: of the question. */
  make(decision: string, expiresAt: number, digest: string): string;
  /** Undefined for any other text. Call `isOf` to check that the content is authentic. */
  read(text: string): EvaluationId | undefined;
  /** Whether the id belongs to this very question. */
  isOf(id: EvaluationId, digest: string): boolean;
}

export const evaluationIds = (masterKey: Pick<MasterKey, 'digest' | 'digests'>): EvaluationIds => ({
  make(decision, expiresAt, digest): string {
    return `${decision}.${expiresAt}.${masterKey.digest('evaluation', decision, String(expiresAt), digest)}`;
  },

  read(text): EvaluationId | undefined {
    const [, decision, expiresAt, seal] = WRITTEN.exec(text) ?? [];
    return decision === undefined || seal === undefined ? undefined : { decision, expiresAt: Number(expiresAt), seal };
  },

  isOf({ decision, expiresAt, seal }, digest): boolean {
    return isOneOfDigests(seal, masterKey.digests('evaluation', decision, String(expiresAt), digest));
  },
});
