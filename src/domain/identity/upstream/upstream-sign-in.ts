import type { AuditEvent } from '../../audit/audit-event.ts';
import type { OpenRecords } from '../../platform/rate-limits/open-records.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Versioned } from '../../ports/document-store.ts';
import {
  type UpstreamBinding,
  type UpstreamClient,
  type UpstreamIdentity,
  upstreamFailed,
  upstreamReasonOf,
} from '../../ports/upstream-client.ts';
import { raisePriority } from '../../ports/write-priority.ts';
import { type Assurance, MULTI_FACTOR, SINGLE_FACTOR, UPSTREAM, UPSTREAM_SESSION } from '../../vocabulary/assurance.ts';
import { DomainError, isDomainError } from '../../vocabulary/errors.ts';
import type { Account } from '../accounts/account.ts';
import type { AccountRegistry, NewAccount } from '../accounts/account-registry.ts';
import { type AttemptsDeps, attempts, type SignInLimits } from '../accounts/attempts.ts';
import type { OwnerNames } from '../groups/owner-names.ts';
import { chosenUsername } from './chosen-username.ts';
import { sealedRecords } from './sealed-records.ts';
import { upstreamAddresses } from './upstream-addresses.ts';
import { ownGroups, type UpstreamPerson, upstreamPerson } from './upstream-claims.ts';
import { isSubject, type UpstreamLink, type UpstreamLinks } from './upstream-links.ts';
import type { UpstreamProvider } from './upstream-provider.ts';
import { upstreamRefusal } from './upstream-refusals.ts';
import type { UpstreamRegistry } from './upstream-registry.ts';

export type UpstreamSignInDeps = AttemptsDeps & {
  readonly upstreams: Pick<UpstreamRegistry, 'standing' | 'partyOf' | 'ownerOfDomain'>;
  readonly links: Pick<UpstreamLinks, 'find' | 'create' | 'noteClaim' | 'remove'>;
  readonly client: UpstreamClient;
  readonly accounts: Pick<
    AccountRegistry,
    'get' | 'findByUsername' | 'hasEmail' | 'create' | 'noteLinkedGroups' | 'update'
  >;
  readonly ownerNames: Pick<OwnerNames, 'isTaken'>;
  readonly factors: { isAsked(account: string): Promise<boolean> };
  readonly limits: SignInLimits;
  readonly issuer: string;
  readonly clockToleranceSeconds: number;
  /** Stores the way there, within the budget of unauthenticated callers. */
  readonly open: Pick<OpenRecords, 'set'>;
};

/** The purpose of a round trip: an interaction, or the session of a user who wants to connect the account. */
export type UpstreamPurpose =
  | { readonly kind: 'sign_in'; readonly uid: string; readonly isFresh: boolean }
  | { readonly kind: 'link'; readonly session: string; readonly account: string };

type Flow = UpstreamBinding & {
  readonly upstream: string;
  /** Digests of the cookie of the browser it began in. */
  readonly browser: readonly string[];
  readonly purpose: UpstreamPurpose;
  /** Client address at the beginning: a sign-in that comes back proven does not use up its limit. */
  readonly source: string;
  readonly begunAt: number;
};

/** A user proved their identity at a provider, in one interaction. */
export type UpstreamProof = {
  readonly upstream: string;
  readonly person: UpstreamPerson;
  readonly idToken: string;
  /** The id of the session there, where the provider names one. */
  readonly sid?: string;
  readonly provenAt: number;
  /** Whether the user signed in there for this request. */
  readonly isFresh: boolean;
  /** A fresh sign-in was required, and the provider never reports when one was: a factor must be proven here now. */
  readonly lacksTime?: true;
  /** The account here; absent: none yet. */
  readonly account?: string;
  /** The account that needs only its second factor to be connected. */
  readonly connecting?: string;
};

export type Arrival =
  /** It belongs to no sign-in that began in this browser. Sign-ins that did are not affected. */
  | { readonly next: 'stray'; readonly reason: string }
  /** It ended a sign-in that began in this browser; the event is written. */
  | { readonly next: 'failed'; readonly purpose: UpstreamPurpose; readonly name: string; readonly error: DomainError }
  /** The proof waits for the interaction. */
  | { readonly next: 'sign_in'; readonly uid: string; readonly name: string }
  | {
      readonly next: 'link';
      readonly provider: UpstreamProvider;
      readonly person: UpstreamPerson;
      readonly purpose: UpstreamPurpose & { readonly kind: 'link' };
    };

export type Request = { readonly request: string; readonly source: string };

/** Seconds from the way there to the way back. */
const FLOW_SECONDS = 600;
/** Seconds from the way back until the account is proven, too. */
const PROOF_SECONDS = 600;

/**
 * Sign-in at a provider. The way there stores a record that only the same browser can use, once. The way back is
 * checked against it before any request to the provider. Equal claims never match a user to an account: without a
 * link the user must also prove the account (LG-08).
 */
export interface UpstreamSignIn {
  /**
   * Starts a sign-in and returns where the browser goes. `browser` is the value of its cookie. Throws
   * 'too_many_requests', 'unavailable', 'invalid_request'.
   */
  begin(
    provider: UpstreamProvider,
    request: Request & { readonly purpose: UpstreamPurpose; readonly browser: string; readonly loginHint?: string },
  ): Promise<string>;
  /**
   * The way back, with the query of the response. A response that does not belong to this browser, or names another
   * issuer, uses nothing up. One that does is valid once.
   */
  arrive(
    request: Request & { readonly query: URLSearchParams; readonly browser: string | undefined },
  ): Promise<Arrival>;
  /** The proof of this interaction that waits for it. */
  proven(uid: string): Promise<UpstreamProof | undefined>;
  /** Forgets what a browser has proven. */
  drop(uid: string): Promise<void>;
  /**
   * Signs in a known user, once. Undefined when another request was first. `factor`: a second factor is required, and
   * no user is signed in yet. Throws 'unauthenticated' when the provider or the account is no longer active.
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
  /** Records that this account is to be connected when its second factor is proven. */
  connectLater(uid: string, account: string): Promise<void>;
  /**
   * Connects the user proven at the provider with the account proven here, in the same interaction. Of several
   * requests exactly one succeeds. `isWaiting`: only where `connectLater` named this account. Throws as
   * `UpstreamLinks.create` does.
   */
  connect(
    uid: string,
    account: string,
    request: Request & { readonly isWaiting?: boolean },
  ): Promise<UpstreamProof | undefined>;
  /** Connects the user proven at the provider with the account of the session that began it. Throws 'conflict'. */
  link(arrival: Arrival & { readonly next: 'link' }, by: By): Promise<void>;
}

export const upstreamSignIn = (deps: UpstreamSignInDeps): UpstreamSignIn => {
  const { upstreams, links, client, accounts, factors, clock, identifiers, masterKey, audit, limits } = deps;
  const { refused, spendOfSource, succeededFrom, newDevice } = attempts(deps);
  const flows = sealedRecords<Flow>(deps, 'upstream_flow', FLOW_SECONDS);
  const proofs = sealedRecords<UpstreamProof>(deps, 'upstream_proof', PROOF_SECONDS);
  const perSource = { limit: limits.signInPerSource, window: limits.signInWindowSeconds };
  const { redirectUri } = upstreamAddresses(deps.issuer);

  const isOfBrowser = ({ browser }: Flow, cookie: string): boolean =>
    masterKey.digests('upstream_browser', cookie).some((digest) => browser.includes(digest));

  /**
   * The account that a user is linked to, if it may sign in. An account that may not is recorded and treated as
   * unknown (LG-01). A link whose account was never created is `unfinished`.
   */
  const linked = async (
    { id }: UpstreamProvider,
    { subject }: UpstreamPerson,
    event: Partial<AuditEvent>,
  ): Promise<{ readonly account?: string; readonly unfinished?: UpstreamLink; readonly isStopped: boolean }> => {
    const link = await links.find(id, subject);
    if (!link) return { isStopped: false };
    const account = (await accounts.get(link.account))?.document;
    if (!account && link.proof === 'created') return { unfinished: link, isStopped: false };
    if (account?.state === 'active') return { account: account.id, isStopped: false };
    const reason = { ...event, subject: link.account, inputs: { reason: 'account_disabled', upstream: id } };
    await refused(reason, new DomainError('unauthenticated', ''));
    return { isStopped: true };
  };

  /** Whether an existing account could be meant: then no account is created. */
  const isLikeSomebody = async ({ username, email }: UpstreamPerson): Promise<boolean> =>
    username === undefined ||
    (await accounts.findByUsername(username)) !== undefined ||
    (email !== undefined && (await accounts.hasEmail(email)));

  /** This provider may not assign a username with a domain of another provider, even while the other is disabled. */
  const isOthers = async ({ username = '' }: UpstreamPerson, { id }: UpstreamProvider): Promise<boolean> => {
    const other = await upstreams.ownerOfDomain(username);
    return other !== undefined && other.id !== id;
  };

  /** Removes a link whose account is not created, unless another tab has created it meanwhile. */
  const withoutAccount = async (link: UpstreamLink, by: By): Promise<string | undefined> => {
    if (await accounts.get(link.account)) return link.account;
    await links.remove(link.id, by);
    return undefined;
  };

  /** The account for a link of this sign-in, or of one that was interrupted. */
  const madeWith = async (link: UpstreamLink, input: NewAccount, by: By): Promise<string | undefined> => {
    try {
      return (await accounts.create(input, by, link.account)).document.id;
    } catch (error) {
      if (!isDomainError(error) || (error.code !== 'conflict' && error.code !== 'invalid_field')) throw error;
      // Another tab was first, or another account has the name now, or the claim is no valid name or address.
      return withoutAccount(link, by);
    }
  };

  const madeFor = async (
    provider: UpstreamProvider,
    person: UpstreamPerson,
    by: By,
    unfinished?: UpstreamLink,
  ): Promise<string | undefined> => {
    const { username, name, email, emailVerified, subject, label } = person;
    const isSomebody =
      provider.create !== 'always' || (await isLikeSomebody(person)) || (await isOthers(person, provider));
    if (isSomebody || username === undefined) return unfinished && withoutAccount(unfinished, by);
    const chosen = await chosenUsername(username, deps.ownerNames);
    if (chosen === undefined) return unfinished && withoutAccount(unfinished, by);
    const about = { username: chosen, name: name ?? username };
    const input = { ...about, ...(email === undefined ? {} : { email, emailVerified }) };
    if (unfinished) return madeWith(unfinished, input, by);
    try {
      const made = { upstream: provider.id, subject, account: identifiers.newId('acc'), label } as const;
      const { document: link } = await links.create({ ...made, proof: 'created' }, by);
      return await madeWith(link, input, by);
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'conflict') throw error;
      return (await links.find(provider.id, subject))?.account;
    }
  };

  /** Removes the account's own groups that the provider maps. */
  const leaveGroups = async (provider: UpstreamProvider, id: string, by: By): Promise<void> => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const found: Versioned<Account> | undefined = await accounts.get(id);
      if (!found) return;
      const groups = ownGroups(provider, found.document.groups);
      if (groups.length === found.document.groups.length) return;
      try {
        await accounts.update(id, found.version, { groups }, by);
        return;
      } catch (error) {
        if (!isDomainError(error) || error.code !== 'precondition_failed') throw error;
      }
    }
    throw upstreamRefusal('account_contended', {
      retryAfterSeconds: 1,
    });
  };

  /** The link gives the groups of this claim from now on. Throws 'unauthenticated' where the link has ended. */
  const followClaim = async (
    provider: UpstreamProvider,
    { claimed }: UpstreamPerson,
    link: UpstreamLink,
    at: number,
    by: By,
  ): Promise<void> => {
    await leaveGroups(provider, link.account, by);
    if (claimed.length > 0) await accounts.noteLinkedGroups(link.account);
    await links.noteClaim(link, claimed, at, by);
  };

  /** A time in the future, such as one in milliseconds, says nothing about when the sign-in was. */
  const isFresh = ({ begunAt }: Flow, { authTime }: UpstreamPerson): boolean =>
    authTime !== undefined &&
    authTime >= begunAt - deps.clockToleranceSeconds &&
    authTime <= clock.now() + deps.clockToleranceSeconds;

  /** A way back that belongs to a sign-in of this browser, which is now used up. */
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

    async connectLater(uid, account): Promise<void> {
      const proof = await proofs.get(uid);
      if (proof) await proofs.set({ ...proof, connecting: account }, uid);
    },

    async connect(uid, account, { request, source, isWaiting = false }): Promise<UpstreamProof | undefined> {
      const waiting = await proofs.get(uid);
      if (!waiting || waiting.account !== undefined || (isWaiting && waiting.connecting !== account)) return undefined;
      const proof = await proofs.take(uid);
      const provider = proof && (await upstreams.standing(proof.upstream));
      if (!proof || !provider) return undefined;
      const by = { caller: account, request, source };
      const { subject, label } = proof.person;
      const made = await links.create({ upstream: provider.id, subject, account, label, proof: 'sign_in' }, by);
      await followClaim(provider, proof.person, made.document, proof.provenAt, by);
      return proof;
    },

    async link({ provider, person, purpose }, by): Promise<void> {
      const { account } = purpose;
      const found = await links.find(provider.id, person.subject);
      if (found?.account === account) return;
      const { subject, label } = person;
      const made = await links.create({ upstream: provider.id, subject, account, label, proof: 'session' }, by);
      await followClaim(provider, person, made.document, clock.now(), by);
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
