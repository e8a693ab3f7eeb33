/**
 * Remembered answers of people, valid for the same question and for smaller ones. Owns the collection CONSENTS. Does
 * not decide whether a question may be answered from memory (consent-registry.ts). If two decisions are about one
 * right, the later one applies.
 */
import { ownershipMember, ownershipOf } from '../../clients/agents/ownership.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, upsert } from '../../ports/document-store.ts';
import { answeredRights, askedRights } from './allowed-rights.ts';
import { detailsOf } from './asked-details.ts';
import { type ConsentDecision, type ConsentQuestion, requesterId } from './consent.ts';
import { rememberedDigest } from './question-digest.ts';
import { CONSENTS, type RememberedConsent } from './remembered-consent.ts';

/** Maximum number of answers to one client that are examined. */
const MOST = 100;

/** Earlier decisions of people about exactly one question or a larger one. */
export interface RememberedAnswers {
  /** Whether an account has answered a client or agent before, also where the answer has ended meanwhile. */
  hasAny(account: string, clientId: string): Promise<boolean>;
  /**
   * The answers to a question, in order of precedence. First comes the answer to exactly this question, with its later
   * narrowing. Then come the answers that allow all of it, cut to the question, the longest first.
   */
  to(of: ConsentQuestion): Promise<readonly RememberedConsent[]>;
  /** All live answers to the requester of a question, about any question. */
  live(of: ConsentQuestion): Promise<readonly RememberedConsent[]>;
  /** Stores an answer, and removes from earlier answers what it leaves out. */
  keep(of: ConsentQuestion, decision: ConsentDecision): Promise<void>;
  /** Ends all answers to this question; answers that allow less than it asks stay. */
  drop(of: ConsentQuestion): Promise<void>;
  /** Forgets all answers of an account to a client or agent. */
  forget(account: string, clientId: string): Promise<void>;
}

export const rememberedAnswers = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}): RememberedAnswers => {
  const consents = documents.collection<RememberedConsent>(CONSENTS);

  const found = (account: string, clientId: string, limit = MOST) =>
    consents.find({ where: { account, clientId }, limit });

  const ofClient = async (of: ConsentQuestion): Promise<readonly RememberedConsent[]> =>
    (await found(of.account.id, requesterId(of.requester))).map(({ document }) => document);

  const isLive = ({ expiresAt }: RememberedConsent): boolean => expiresAt > clock.now();

  /**
   * Whether an answer allows the whole question. An answer from before rights were stored covers only its own question.
   */
  const covers = ({ rights = [] }: RememberedConsent, wanted: readonly string[]): boolean =>
    wanted.length > 0 && wanted.every((right) => rights.includes(right));

  const put = (next: RememberedConsent): Promise<void> => upsert(consents, next.id, () => next);

  return {
    hasAny: async (account, clientId): Promise<boolean> => (await found(account, clientId, 1)).length > 0,

    async to(of): Promise<readonly RememberedConsent[]> {
      const all = await ofClient(of);
      // Of a requester that the person has not answered before. Neither digest is needed.
      if (all.length === 0) return [];
      const own = (await consents.get(idOf(of)))?.document;
      if (own && isLive(own)) return [own];
      const wanted = askedRights(of);
      const asked = {
        openidScopes: of.openidScopes,
        resources: Object.fromEntries(
          of.resources.map(({ identifier, scopes }) => [identifier, scopes.map(({ name }) => name)]),
        ),
      };
      return all
        .filter((answer) => isLive(answer) && covers(answer, wanted))
        .sort((one, other) => other.expiresAt - one.expiresAt)
        .map(({ details: _, ...answer }) => ({ ...answer, ...asked, ...detailsOf(of) }));
    },

    async live(of): Promise<readonly RememberedConsent[]> {
      return (await ofClient(of)).filter(isLive);
    },

    async keep(of, decision): Promise<void> {
      const { openidScopes, resources, details, expiresAt } = decision;
      const { allowed, left } = answeredRights(of, decision);
      const id = idOf(of);
      for (const answer of left.length === 0 ? [] : await ofClient(of)) {
        if (answer.id !== id && answer.rights?.some((right) => left.includes(right))) await consents.take(answer.id);
      }
      await put({
        id,
        account: of.account.id,
        clientId: requesterId(of.requester),
        openidScopes,
        resources,
        ...(details === undefined ? {} : { details }),
        rights: allowed,
        ...ownershipAt(of),
        createdAt: clock.now(),
        expiresAt,
      });
    },

    async drop(of): Promise<void> {
      await consents.take(idOf(of));
      const wanted = askedRights(of);
      for (const answer of await ofClient(of)) {
        if (covers(answer, wanted)) await consents.take(answer.id);
      }
    },

    async forget(account, clientId): Promise<void> {
      for (;;) {
        const some = await found(account, clientId);
        for (const { document } of some) await consents.take(document.id);
        if (some.length < MOST) return;
      }
    },
  };
};

const idOf = (question: ConsentQuestion): string => `cns_${rememberedDigest(question)}`;

/** The `ownership` number of an agent that requests access for itself. */
export const ownershipAt = ({ requester }: ConsentQuestion): { readonly ownership?: number } =>
  requester.kind === 'agent' ? ownershipMember(ownershipOf(requester.agent)) : {};
