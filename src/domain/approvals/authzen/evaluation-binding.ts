import { isOneOfDigests } from '../../platform/crypto/constant-time-compare.ts';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import { canonicalDigest } from '../../vocabulary/canonical-digest.ts';
import type { Acting } from './access-facts.ts';
import type { AccessQuestion, SentEntities } from './access-question.ts';

/**
 * What a question is, to the letter, and who it was found to be about: SHA-256 over canonical JSON (RFC 8785), base64url.
 * Of its context counts which agent it names, and of a token what stands behind it, so that a younger token of the same
 * transaction asks the same. Undefined for what has no canonical form, or cannot be asked again.
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

/** Who acts may be said there or in `client.actor` (Access Request and Approval Profile, binding token integrity). */
const withoutActor = (subject: SentEntities['subject']): object => {
  const { properties, ...rest } = subject;
  if (typeof properties !== 'object' || properties === null || !Object.hasOwn(properties, 'act')) return subject;
  const { act: _, ...others } = properties as { readonly act?: unknown };
  return Object.keys(others).length === 0 ? rest : { ...rest, properties: others };
};

/** An id of an evaluation that can be asked about, as it was told. */
export type EvaluationId = {
  readonly decision: string;
  /** Until when, epoch seconds. */
  readonly expiresAt: number;
  readonly seal: string;
};

const WRITTEN = /^(dec_\w{1,64})\.([1-9]\d{0,11})\.([\w-]{43})$/;

/**
 * Ids of evaluations that say by themselves, and to this server alone, which question of which resource server they are
 * of and until when: nothing has to be kept of all the questions nobody ever asks about.
 */
export const evaluationIds = (masterKey: Pick<MasterKey, 'digest' | 'digests'>) => ({
  make(decision: string, expiresAt: number, digest: string): string {
    return `${decision}.${expiresAt}.${masterKey.digest('evaluation', decision, String(expiresAt), digest)}`;
  },

  /** Undefined for what is no such id. It is believed only if `isOf`. */
  read(text: string): EvaluationId | undefined {
    const [, decision, expiresAt, seal] = WRITTEN.exec(text) ?? [];
    return decision === undefined || seal === undefined ? undefined : { decision, expiresAt: Number(expiresAt), seal };
  },

  /** Whether it was told for this very question. */
  isOf({ decision, expiresAt, seal }: EvaluationId, digest: string): boolean {
    return isOneOfDigests(seal, masterKey.digests('evaluation', decision, String(expiresAt), digest));
  },
});

export type EvaluationIds = ReturnType<typeof evaluationIds>;
