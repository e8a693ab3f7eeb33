/**
 * Step-up of a person whose client cannot repeat its authorization request, such as a client of an MCP server (decision 38).
 * The person confirms on a page of this server, after a fresh sign-in. For a bounded time that sign-in then counts for one
 * authorization, one party and one resource. Owns the pages and what was confirmed. Does not sign people in, and gives no token.
 */
import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import { openedOrNothing } from '../../platform/crypto/master-key.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import { type SingleUsePagesDeps, singleUsePages } from '../../platform/single-use-pages/single-use-pages.ts';
import type { IssuedToken } from '../../ports/issued-tokens.ts';
import { type Assurance, isOfUnknownAge, isReachable, satisfiesAcr } from '../../vocabulary/assurance.ts';
import { isDomainError, type Remedy } from '../../vocabulary/errors.ts';
import { stepUpRefusal } from './step-up-refusals.ts';

/** What a sign-in lacks (RFC 9470 §4). At least one member is present. */
export type StepUpDemand = {
  /** One of them is enough. Empty: any class. */
  readonly acrValues: readonly string[];
  /** Seconds since the sign-in. */
  readonly maxAge?: number;
};

/** Who asks for it: an agent for an exchange, or a resource server for calls of itself. */
export type StepUpParty = {
  /** `agt_…` or `rs_…` */
  readonly id: string;
  /** Resource indicator of the API that needs it. */
  readonly resource: string;
};

/** The token whose sign-in is not enough. */
type OfToken = Pick<IssuedToken, 'subject' | 'grant' | 'clientId' | 'txn'>;

/** A request for a step-up, which waits behind a single-use page. */
export type StepUpRequest = StepUpDemand & {
  /** The only account that may confirm. */
  readonly subject: string;
  /** The authorization behind the token. */
  readonly grant: string;
  readonly party: string;
  readonly resource: string;
  /** Client to which the token had been issued. */
  readonly client: string;
  readonly txn?: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
};

type Confirmed = { readonly subject: string; readonly assurance: Assurance; readonly expiresAt: number };

/** Seconds for which a confirmed sign-in counts, and within which a sign-in is fresh. */
export const STEP_UP_SECONDS = 300;

export interface StepUps {
  /**
   * The page for a person. Undefined if no authorization of a person stands behind the token. Throws DomainError
   * 'too_many_requests' when the party has opened too many for this account, and 'conflict' for unreachable classes.
   */
  page(
    token: OfToken,
    party: StepUpParty,
    demand: StepUpDemand,
  ): Promise<{ readonly url: string; readonly expiresIn: number } | undefined>;
  /** The sign-in that the person confirmed for this party and resource in the last minutes, if any. */
  confirmed(token: OfToken, party: StepUpParty): Promise<Assurance | undefined>;
  /** The pending request behind a handle, or undefined for anything else. Changes nothing. */
  peek(handle: string): Promise<StepUpRequest | undefined>;
  /** Whether a sign-in of the person now is enough to confirm the request. */
  isEnough(request: StepUpRequest, assurance: Assurance): boolean;
  /** Confirms with a sign-in that `isEnough`. Exactly one of several answers succeeds; the others throw 'not_found'. */
  confirm(handle: string, assurance: Assurance, by: By): Promise<void>;
  /** Ends the request; throws as `confirm` does. */
  decline(handle: string, by: By): Promise<void>;
}

export const stepUps = ({
  issuer,
  audit,
  ...deps
}: SingleUsePagesDeps & { readonly issuer: string; readonly audit: AuditLog }): StepUps => {
  const { ephemeral, masterKey, clock, ttlSeconds } = deps;
  const pages = singleUsePages<StepUpRequest>(deps, 'step-up-request', `${issuer}/step-ups/`);

  /** Keys under which a confirmation is stored: one for each master key. */
  const keysOf = (grant: string, { id, resource }: StepUpParty): readonly string[] =>
    masterKey.digests('step-up', grant, id, resource).map((digest) => `step-up:${digest}`);

  const used = async (
    handle: string,
    { caller }: By,
    mayEnd: (pending: StepUpRequest) => boolean = () => true,
  ): Promise<StepUpRequest> => {
    const pending = await pages.peek(handle);
    // Another account, and a sign-in that is not enough, must not end the page of this person.
    const ended = pending?.subject === caller && mayEnd(pending) ? await pages.consume(handle) : undefined;
    if (!ended) throw stepUpRefusal('step_up_gone');
    return ended;
  };

  const record = (type: 'step_up.confirmed' | 'step_up.declined', of: StepUpRequest, by: By, inputs: object) => {
    const event: AuditEvent = {
      type,
      outcome: type === 'step_up.confirmed' ? 'done' : 'refused',
      subject: of.subject,
      caller: by.caller,
      grant: of.grant,
      resource: of.resource,
      target: { kind: of.party.startsWith('agt_') ? 'agent' : 'resource_server', id: of.party },
      ...(of.party.startsWith('agt_') ? { agent: of.party } : {}),
      ...(of.txn === undefined ? {} : { txn: of.txn }),
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      inputs: { client: of.client, acrValues: of.acrValues, maxAge: of.maxAge ?? null, ...inputs },
    };
    return audit.append(event);
  };

  const service: StepUps = {
    async page({ subject, grant, clientId, txn }, { id, resource }, { acrValues, maxAge }) {
      if (subject === undefined || grant === undefined) return undefined;
      if (acrValues.length > 0 && !acrValues.some((acr) => isReachable(acr))) {
        throw stepUpRefusal('step_up_unreachable', { field: '/acr_values' });
      }
      const demand = { acrValues: [...new Set(acrValues)].sort(), ...(maxAge === undefined ? {} : { maxAge }) };
      const named = { subject, grant, party: id, resource, client: clientId };
      const question = [...Object.values(named), JSON.stringify(demand)];
      const content = { ...named, ...demand, ...(txn === undefined ? {} : { txn }) };
      const page = await pages.open(content, { question, asker: [subject, id] });
      if (page) return page;
      throw stepUpRefusal('step_up_pages_exceeded', { retryAfterSeconds: ttlSeconds });
    },

    async confirmed({ subject, grant }, party) {
      if (subject === undefined || grant === undefined) return undefined;
      for (const key of keysOf(grant, party)) {
        const sealed = await ephemeral.get(key);
        const text = sealed === undefined ? undefined : openedOrNothing(masterKey, key, sealed);
        const found = text === undefined ? undefined : (JSON.parse(text) as Confirmed);
        if (found?.subject === subject && found.expiresAt > clock.now()) return found.assurance;
      }
      return undefined;
    },

    peek: pages.peek,

    isEnough({ acrValues, maxAge = STEP_UP_SECONDS, expiresAt }, { acr, amr, authTime }) {
      if (isOfUnknownAge(amr)) return false;
      if (acrValues.length > 0 && !acrValues.some((wanted) => satisfiesAcr(acr, wanted))) return false;
      // A sign-in after the page was made is one for it, also where `max_age` is shorter than people need to press a button.
      const isForPage = authTime >= expiresAt - ttlSeconds;
      return isForPage || clock.now() - authTime <= Math.min(maxAge, STEP_UP_SECONDS);
    },

    async confirm(handle, assurance, by) {
      const request = await used(handle, by, (pending) => service.isEnough(pending, assurance));
      const expiresAt = clock.now() + STEP_UP_SECONDS;
      const { acr, authTime } = assurance;
      await record('step_up.confirmed', request, by, { acr: acr ?? null, authTime, until: expiresAt });
      const { subject, grant, party, resource } = request;
      const key = String(keysOf(grant, { id: party, resource })[0]);
      const confirmed: Confirmed = { subject, assurance, expiresAt };
      await ephemeral.set(key, masterKey.seal(key, JSON.stringify(confirmed)), STEP_UP_SECONDS);
    },

    async decline(handle, by) {
      await record('step_up.declined', await used(handle, by), by, {});
    },
  };
  return service;
};

/** The stronger of two sign-ins of one person: a confirmed one counts only if it is neither weaker nor older. */
export const strongerOf = (own: Assurance | undefined, confirmed: Assurance | undefined): Assurance | undefined => {
  if (confirmed === undefined || own === undefined) return confirmed ?? own;
  const isWeaker = own.acr !== undefined && !satisfiesAcr(confirmed.acr, own.acr);
  return isWeaker || confirmed.authTime < own.authTime ? own : confirmed;
};

/** Whether a sign-in satisfies a demand now. */
export const meets = (assurance: Assurance | undefined, { acrValues, maxAge }: StepUpDemand, now: number): boolean =>
  assurance !== undefined &&
  (acrValues.length === 0 || acrValues.some((wanted) => satisfiesAcr(assurance.acr, wanted))) &&
  (maxAge === undefined || (!isOfUnknownAge(assurance.amr) && now - assurance.authTime <= maxAge));

/** The demand of a remedy. */
const demandOf = ({ acr_values, max_age }: Extract<Remedy, { readonly kind: 'step_up' }>): StepUpDemand => ({
  acrValues: acr_values?.split(' ').filter((acr) => acr !== '') ?? [],
  ...(max_age === undefined ? {} : { maxAge: max_age }),
});

/**
 * Remedies with the page for the person at the one that asks for a stronger or newer sign-in. Without a page the client can still
 * send the person to sign in again: too many pages, or classes that no sign-in reaches, leave the remedies as they are.
 */
export const withStepUpPage = async (
  { page }: Pick<StepUps, 'page'>,
  token: OfToken,
  party: StepUpParty,
  remedies: readonly Remedy[],
): Promise<readonly Remedy[]> => {
  const remedy = remedies.find(({ kind }) => kind === 'step_up');
  if (remedy?.kind !== 'step_up') return remedies;
  const made = await page(token, party, demandOf(remedy)).catch((error: unknown) => {
    if (isDomainError(error) && (error.code === 'too_many_requests' || error.code === 'conflict')) return undefined;
    throw error;
  });
  if (!made) return remedies;
  return remedies.map((one) => (one === remedy ? { ...remedy, url: made.url, expires_in: made.expiresIn } : one));
};
