import type { AuditEvent } from '../../audit/audit-event.ts';
import type { OpenRecords } from '../../platform/rate-limits/open-records.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import {
  type UpstreamBinding,
  type UpstreamClient,
  type UpstreamIdentity,
  upstreamFailed,
  upstreamReasonOf,
} from '../../ports/upstream-client.ts';
import { raisePriority } from '../../ports/write-priority.ts';
import { type Assurance, MULTI_FACTOR, SINGLE_FACTOR, UPSTREAM, UPSTREAM_SESSION } from '../../vocabulary/assurance.ts';
import { type DomainError, isDomainError } from '../../vocabulary/errors.ts';
import { type AttemptsDeps, attempts, type SignInLimits } from '../accounts/attempts.ts';
import { sealedRecords } from './sealed-records.ts';
import { type UpstreamAccountsDeps, upstreamAccounts } from './upstream-accounts.ts';
import { upstreamAddresses } from './upstream-addresses.ts';
import type { Arrival, Request, UpstreamProof, UpstreamPurpose } from './upstream-arrival.ts';
import { type UpstreamPerson, upstreamPerson } from './upstream-claims.ts';
import { type UpstreamConnecting, upstreamConnecting } from './upstream-connecting.ts';
import { isSubject } from './upstream-links.ts';
import type { UpstreamProvider } from './upstream-provider.ts';
import { upstreamRefusal } from './upstream-refusals.ts';
import type { UpstreamRegistry } from './upstream-registry.ts';

export type UpstreamSignInDeps = AttemptsDeps &
  Omit<UpstreamAccountsDeps, 'refused' | 'upstreams'> & {
    readonly upstreams: Pick<UpstreamRegistry, 'standing' | 'partyOf' | 'ownerOfDomain'>;
    readonly client: UpstreamClient;
    readonly factors: { isAsked(account: string): Promise<boolean> };
    readonly limits: SignInLimits;
    readonly issuer: string;
    readonly clockToleranceSeconds: number;
    /** Stores the outbound record, within the budget of unauthenticated callers. */
    readonly open: Pick<OpenRecords, 'set'>;
  };

type Flow = UpstreamBinding & {
  readonly upstream: string;
  /** Digests of the cookie of the browser it began in. */
  readonly browser: readonly string[];
  readonly purpose: UpstreamPurpose;
  /** Client address at the start. A sign-in that returns with a proof does not use up its limit. */
  readonly source: string;
  readonly begunAt: number;
};

/** Maximum number of seconds from the start of the redirect to the return. */
const FLOW_SECONDS = 600;
/** Maximum number of seconds from the return until the account is proven as well. */
const PROOF_SECONDS = 600;

/**
 * Sign-in at a provider. The start stores a record that only the same browser can use, once. The return is checked
 * against it before any request to the provider. Equal claims never match a user to an account: without a link the user
 * must also prove the account (LG-08).
 */
export interface UpstreamSignIn extends UpstreamConnecting {
  /**
   * Starts a sign-in and returns where the browser goes. `browser` is the value of its cookie. Throws
   * 'too_many_requests', 'unavailable', 'invalid_request'.
   */
  begin(
    provider: UpstreamProvider,
    request: Request & { readonly purpose: UpstreamPurpose; readonly browser: string; readonly loginHint?: string },
  ): Promise<string>;
  /**
   * Handles the return, with the query of the response. A response that does not belong to this browser, or names
   * another issuer, uses nothing up. A response that does belong to it is valid once.
   */
  arrive(
    request: Request & { readonly query: URLSearchParams; readonly browser: string | undefined },
  ): Promise<Arrival>;
  /** The stored proof of this interaction. */
  proven(uid: string): Promise<UpstreamProof | undefined>;
  /** Forgets what a browser has proven. */
  drop(uid: string): Promise<void>;
  /**
   * Signs in a known user, once. Undefined when another request was first. `factor`: a second factor is required, and
   * the user is not signed in yet. Throws 'unauthenticated' when the provider or the account is no longer active.
   */
  signIn(
    uid: string,
    request: Request,
  ): Promise<
    | undefined
    | (UpstreamProof & { readonly account: string; readonly assurance: Assurance } & (
          | { readonly next: 'done'; readonly device: string }
          | { readonly next: 'factor' }
        ))
  >;
}

export const upstreamSignIn = (deps: UpstreamSignInDeps): UpstreamSignIn => {
  const { upstreams, links, client, accounts, factors, clock, identifiers, masterKey, audit, limits } = deps;
  const { refused, spendOfSource, succeededFrom, newDevice } = attempts(deps);
  const { linked, madeFor, followClaim } = upstreamAccounts({ ...deps, refused });
  const flows = sealedRecords<Flow>(deps, 'upstream_flow', FLOW_SECONDS);
  const proofs = sealedRecords<UpstreamProof>(deps, 'upstream_proof', PROOF_SECONDS);
  const perSource = { limit: limits.signInPerSource, window: limits.signInWindowSeconds };
  const { redirectUri } = upstreamAddresses(deps.issuer);

  const isOfBrowser = ({ browser }: Flow, cookie: string): boolean =>
    masterKey.digests('upstream_browser', cookie).some((digest) => browser.includes(digest));

  /** A time in the future, such as one in milliseconds, does not show when the sign-in was. */
  const isFresh = ({ begunAt }: Flow, { authTime }: UpstreamPerson): boolean =>
    authTime !== undefined &&
    authTime >= begunAt - deps.clockToleranceSeconds &&
    authTime <= clock.now() + deps.clockToleranceSeconds;

  /** A return that belongs to a sign-in of this browser, which is now used up. */
  const arrived = async (
    flow: Flow,
    provider: UpstreamProvider,
    query: URLSearchParams,
    event: Partial<AuditEvent>,
  ): Promise<Arrival> => {
    const { purpose } = flow;
    const identity = await client.identify(upstreams.partyOf(provider), { ...flow, redirectUri, query });
    // Before an account is created for a user who could not be recognised again.
    if (!isSubject(identity.subject)) throw upstreamFailed('claims_invalid', 'the subject is too long');
    const person = upstreamPerson(provider, identity);
    const fresh = isFresh(flow, person);
    if (purpose.kind === 'link') {
      if (person.authTime !== undefined && !fresh) throw notFresh(provider);
      return { next: 'link', provider, person, purpose };
    }
    const lacksTime = purpose.isFresh && person.authTime === undefined;
    if (purpose.isFresh && !fresh && !lacksTime) throw notFresh(provider);
    const { account: known, unfinished, isStopped } = await linked(provider, person, event);
    // Fails closed: where nothing can be proven here, the time of the sign-in is unknown.
    if (lacksTime && (known === undefined || !(await factors.isAsked(known)))) throw saysNoTime(provider);
    const by = { caller: provider.id, ...requestIn(event) };
    const account = known ?? (isStopped ? undefined : await madeFor(provider, person, by, unfinished));
    const proof: UpstreamProof = {
      upstream: provider.id,
      person,
      idToken: identity.idToken,
      ...sidIn(identity),
      provenAt: clock.now(),
      isFresh: fresh,
      ...(lacksTime ? { lacksTime } : {}),
      ...(account === undefined ? {} : { account }),
    };
    await proofs.set(proof, purpose.uid);
    return { next: 'sign_in', uid: purpose.uid, name: provider.name };
  };

  return {
    ...upstreamConnecting({ upstreams, links, proofs, clock, followClaim }),

    async begin(provider, { purpose, browser, loginHint, request, source }): Promise<string> {
      const event = { request, personal: { source } };
      await spendOfSource('upstream_source', source, perSource, event);
      const [state, nonce, codeVerifier] = [identifiers.newSecret(), identifiers.newSecret(), identifiers.newSecret()];
      const binding = { state, nonce, codeVerifier };
      const url = await client.authorizationUrl(upstreams.partyOf(provider), {
        ...binding,
        redirectUri,
        scopes: provider.scopes,
        ...(loginHint === undefined ? {} : { loginHint }),
        isFresh: purpose.kind === 'link' || purpose.isFresh,
      });
      const flow = {
        ...binding,
        upstream: provider.id,
        browser: masterKey.digests('upstream_browser', browser),
        purpose,
        source,
        begunAt: clock.now(),
      };
      await deps.open.set('provider_flow', flows.sealed(flow, state), source, FLOW_SECONDS);
      return url;
    },

    async arrive({ query, browser, request, source }): Promise<Arrival> {
      const stray = (reason: string): Arrival => ({ next: 'stray', reason: `upstream_${reason}` });
      const [state = '', ...more] = query.getAll('state');
      if (state === '' || state.length > 200 || more.length > 0) return stray('state');
      const flow = await flows.get(state);
      if (!flow) return stray('state');
      if (browser === undefined || !isOfBrowser(flow, browser)) return stray('browser');
      const provider = await upstreams.standing(flow.upstream);
      if (!provider) return stray('provider');
      if (query.getAll('iss').some((iss) => iss !== provider.issuer)) return stray('issuer');
      if (!(await flows.take(state))) return stray('state');
      const event = { request, personal: { source } };
      try {
        const arrival = await arrived(flow, provider, query, event);
        await succeededFrom('upstream_source', flow.source, perSource);
        return arrival;
      } catch (error) {
        if (!isDomainError(error)) throw error;
        const reason = upstreamReasonOf(error) ?? error.field ?? error.code;
        const { purpose } = flow;
        const who = purpose.kind === 'link' ? { subject: purpose.account, caller: purpose.account } : {};
        const inputs = { reason, upstream: provider.id };
        return {
          next: 'failed',
          purpose,
          name: provider.name,
          error: await refused({ ...event, ...who, inputs }, error),
        };
      }
    },

    proven: (uid): Promise<UpstreamProof | undefined> => proofs.get(uid),

    async drop(uid): Promise<void> {
      await proofs.take(uid);
    },

    async signIn(
      uid,
      { request, source },
    ): Promise<
      | undefined
      | (UpstreamProof & { readonly account: string; readonly assurance: Assurance } & (
            | { readonly next: 'done'; readonly device: string }
            | { readonly next: 'factor' }
          ))
    > {
      const proof = await proofs.take(uid);
      if (proof?.account === undefined) return undefined;
      const { account: id, upstream, person, provenAt } = proof;
      const event = { request, personal: { source }, subject: id };
      const provider = await upstreams.standing(upstream);
      const account = (await accounts.get(id))?.document;
      if (!provider || account?.state !== 'active') {
        const reason = provider ? 'account_disabled' : 'upstream_disabled';
        const error = upstreamRefusal('upstream_sign_in_forbidden');
        throw await refused({ ...event, inputs: { reason, upstream } }, error);
      }
      const link = await links.find(upstream, person.subject);
      if (link?.account !== id) {
        const error = upstreamRefusal('upstream_sign_in_forbidden');
        throw await refused({ ...event, inputs: { reason: 'link_ended', upstream } }, error);
      }
      raisePriority('authenticated');
      await followClaim(provider, person, link, provenAt, { caller: upstream, request, source });
      const how = proof.isFresh ? UPSTREAM : UPSTREAM_SESSION;
      // The provider's statement about factors is as old as its other claims.
      const assurance: Assurance =
        person.isMultiFactor && !proof.lacksTime
          ? { acr: MULTI_FACTOR, amr: [how, 'mfa'], authTime: provenAt }
          : { acr: SINGLE_FACTOR, amr: [how], authTime: provenAt };
      const about = { ...event, caller: id, inputs: { amr: assurance.amr, upstream } };
      const isAsked = await factors.isAsked(id);
      if (proof.lacksTime && !isAsked) {
        throw await refused({ ...event, inputs: { reason: 'not_fresh', upstream } }, saysNoTime(provider));
      }
      if (isAsked && (proof.lacksTime || !person.isMultiFactor)) {
        await audit.append({ ...about, type: 'session.factor_asked', outcome: 'done' });
        return { ...proof, account: id, next: 'factor', assurance };
      }
      await audit.append({ ...about, type: 'session.started', outcome: 'granted' });
      return { ...proof, account: id, next: 'done', assurance, device: newDevice(account, assurance.acr) };
    },
  };
};

const notFresh = ({ name }: UpstreamProvider): DomainError =>
  upstreamRefusal('upstream_sign_in_not_recent', { params: { provider: name }, field: 'not_fresh' });

/** docs/how-to/upstream-sign-in.md describes what an administrator can do. */
const saysNoTime = ({ name }: UpstreamProvider): DomainError =>
  upstreamRefusal('upstream_time_never_stated', { params: { provider: name }, field: 'not_fresh' });

const LONGEST_SID = 255;

const sidIn = ({ claims: { sid } }: UpstreamIdentity): { readonly sid?: string } =>
  typeof sid === 'string' && sid !== '' && sid.length <= LONGEST_SID ? { sid } : {};

const requestIn = ({ request, personal }: Partial<AuditEvent>): Pick<By, 'request' | 'source'> => ({
  ...(request === undefined ? {} : { request }),
  ...(personal?.source === undefined ? {} : { source: personal.source }),
});
