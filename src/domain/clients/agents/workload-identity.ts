/**
 * Maps a workload token to an agent, by the rules of the agent's federated credentials. Called where an agent
 * authenticates (src/provider) and where an administrator tests a token (the management API).
 */

import { firstUnfit, fitsText } from '../../platform/remote-keys/claim-rules.ts';
import { isRefusal, type Refusal } from '../../platform/remote-keys/signed-token.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { separatorsOf, type TrustedIssuer } from '../workload-identity/trusted-issuer.ts';
import type { TrustedIssuerRegistry } from '../workload-identity/trusted-issuer-registry.ts';
import { type ReadToken, readToken, type WorkloadTokens } from '../workload-identity/workload-tokens.ts';
import { workloadsFor } from '../workload-identity/workloads.ts';
import { AGENTS, type Agent } from './agent.ts';
import { type CredentialOf, ofKind, usableCredentials } from './credential.ts';

/** A valid token, and the credential it matches. */
export type Proof = {
  readonly credential: CredentialOf<'federated'>;
  readonly issuer: TrustedIssuer;
  readonly claims: ReadToken['claims'];
};

export type TokenTest = {
  readonly issuer?: TrustedIssuer;
  readonly subject?: string;
  /** Absent: the token is valid. */
  readonly refusal?: Refusal;
  /** The agents that the token identifies. If there are several, its holder must name one with `client_id`. */
  readonly matches: readonly { readonly agent: Agent; readonly credential: CredentialOf<'federated'> }[];
  /** Rules for this issuer that its subject fits, and another claim does not. At most MOST_NEAR. */
  readonly near: readonly { readonly agent: Agent; readonly credential: string; readonly refusal: Refusal }[];
};

/** Maximum number of agents with a pattern for one issuer that are examined. */
const MOST_PATTERNS = 200;

/** Maximum number of rules that a test names although the token misses them. */
const MOST_NEAR = 20;

/** Maps a workload token to an agent. */
export interface WorkloadIdentity {
  /** Id of the one agent that a token names by itself. The token is unverified: the id only selects whose rules apply. */
  named(token: string): Promise<string | Refusal>;
  /** Checks whether a token proves that its holder is this agent, and by which credential. Throws 'unavailable'. */
  prove(token: string, agent: Agent): Promise<Proof | Refusal>;
  /** The result that `prove` would give for a token, with the agents. Changes nothing. */
  test(token: string): Promise<TokenTest>;
}

export const workloadIdentity = (deps: {
  readonly documents: DocumentStore;
  readonly tokens: WorkloadTokens;
  readonly issuers: Pick<TrustedIssuerRegistry, 'getMany' | 'findByIssuer'>;
  /** Agents in their current state. */
  readonly agents: { getMany(ids: readonly string[]): Promise<readonly { readonly document: Agent }[]> };
  readonly clock: Clock;
}): WorkloadIdentity => {
  const { tokens, issuers, agents, clock } = deps;
  const collection = deps.documents.collection<Agent>(AGENTS);

  const federatedOf = (agent: Agent) => ofKind(usableCredentials(agent, clock.now()), 'federated');

  /** Why a token does not match a credential; undefined when it does. */
  const unfit = (
    { subject, claims = {} }: CredentialOf<'federated'>,
    issuer: TrustedIssuer,
    given: ReadToken['claims'],
  ): Refusal | undefined => {
    const separators = separatorsOf(issuer);
    if (!fitsText(subject, given.sub, separators)) return { check: 'subject', why: 'sub does not fit the rule' };
    const name = firstUnfit(claims, given, separators);
    return name === undefined ? undefined : { check: `claim ${name}`, why: `the claim ${name} does not fit its rule` };
  };

  /** The active agents that a token of this issuer identifies, if its claims are true. */
  const candidates = async (read: ReadToken, issuer: TrustedIssuer): Promise<Pick<TokenTest, 'matches' | 'near'>> => {
    const found = await Promise.all(
      workloadsFor(issuer.id, read.claims.sub).map((workloads) =>
        collection.find({ where: { workloads }, limit: MOST_PATTERNS }),
      ),
    );
    const ids = [...new Set(found.flat().map(({ document }) => document.id))];
    const standing = ids.length === 0 ? [] : await agents.getMany(ids);
    const matches: TokenTest['matches'][number][] = [];
    const near: TokenTest['near'][number][] = [];
    for (const { document: agent } of standing.filter(({ document }) => document.state === 'active')) {
      const rules = federatedOf(agent)
        .filter((one) => one.issuer === issuer.id)
        .map((credential) => ({ credential, refusal: unfit(credential, issuer, read.claims) }));
      const fitting = rules.find(({ refusal }) => refusal === undefined);
      if (fitting) {
        matches.push({ agent, credential: fitting.credential });
        continue;
      }
      for (const { credential, refusal } of rules) {
        if (refusal && refusal.check !== 'subject' && near.length < MOST_NEAR) {
          near.push({ agent, credential: credential.id, refusal });
        }
      }
    }
    return { matches, near };
  };

  return {
    async named(token): Promise<string | Refusal> {
      const read = readToken(token);
      if (isRefusal(read)) return read;
      const issuer = await issuers.findByIssuer(read.claims.iss);
      if (issuer?.state !== 'active') return { check: 'issuer', why: 'there is no such trusted issuer' };
      const [first, second] = (await candidates(read, issuer)).matches;
      if (!first) return { check: 'subject', why: 'no agent has a rule that the token fits' };
      return second
        ? { check: 'client_id', why: 'several agents have such a rule; client_id says which' }
        : first.agent.id;
    },

    async prove(token, agent): Promise<Proof | Refusal> {
      const read = readToken(token);
      if (isRefusal(read)) return read;
      const held = federatedOf(agent);
      const known = held.length === 0 ? [] : await issuers.getMany([...new Set(held.map(({ issuer }) => issuer))]);
      const issuer = known.map(({ document }) => document).find((one) => one.issuer === read.claims.iss);
      if (!issuer) return { check: 'issuer', why: 'no usable credential of this agent is for this issuer' };
      const refusal = await tokens.refusalOf(read, issuer);
      if (refusal) return refusal;
      let why: Refusal = { check: 'subject', why: 'sub does not fit the rule' };
      for (const credential of held.filter((one) => one.issuer === issuer.id)) {
        const lack = unfit(credential, issuer, read.claims);
        if (!lack) return { credential, issuer, claims: read.claims };
        // If there are several rules, reports the failure of the one that matched best.
        if (lack.check !== 'subject') why = lack;
      }
      return why;
    },

    async test(token): Promise<TokenTest> {
      const read = readToken(token);
      if (isRefusal(read)) return { refusal: read, matches: [], near: [] };
      const subject = read.claims.sub;
      const issuer = await issuers.findByIssuer(read.claims.iss);
      if (!issuer) {
        return { subject, refusal: { check: 'issuer', why: 'there is no such trusted issuer' }, matches: [], near: [] };
      }
      const refusal = await tokens.refusalOf(read, issuer);
      if (refusal) return { issuer, subject, refusal, matches: [], near: [] };
      const { matches, near } = await candidates(read, issuer);
      const none: Refusal = { check: 'subject', why: 'no active agent has a rule that the token fits' };
      return { issuer, subject, matches, near, ...(matches.length === 0 ? { refusal: none } : {}) };
    },
  };
};
