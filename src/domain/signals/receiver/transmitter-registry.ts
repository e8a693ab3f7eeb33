/**
 * The registry of trusted transmitters. Owns the collection TRUSTED_TRANSMITTERS, the secrets with which they authenticate, and
 * the tokens with which this server polls them.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import { isOneOfDigests } from '../../platform/crypto/constant-time-compare.ts';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import { checkReachable } from '../../platform/remote-keys/operator-urls.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, everyDocument, type Found, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { TrustedFetch } from '../../ports/trusted-fetch.ts';
import { type PollInput, type PollSettings, pollSettings, withoutPolls, withTokenSealedAnew } from './poll-settings.ts';
import type { PollStates } from './poll-state.ts';
import {
  DEFAULT_EFFECTS,
  type EffectTable,
  MOST_POLLED,
  TRUSTED_TRANSMITTERS,
  type Transmitter,
} from './transmitter.ts';
import { transmitterRefusal } from './transmitter-refusals.ts';

export type NewTransmitter = Pick<Transmitter, 'name' | 'issuer' | 'upstream'> & {
  /** Null: its configuration names the keys. */
  readonly jwksUri?: string | null;
  /** Default: our issuer. */
  readonly audience?: string;
  /** Default: `DEFAULT_EFFECTS`. */
  readonly effects?: EffectTable;
} & PollInput &
  Partial<Pick<Transmitter, 'maxAge' | 'riskSeconds' | 'mostAccounts' | 'mostAccountsPercent'>>;
export type TransmitterChange = Partial<NewTransmitter>;

/** A transmitter with the secret that it sends: `Bearer <secret>`. Show it once. */
type WithSecret = Versioned<Transmitter> & { readonly secret: string };

export interface TransmitterRegistry {
  get(id: string): Promise<Versioned<Transmitter> | undefined>;
  /** One page, newest first. */
  list(query?: PageQuery): Promise<Page<Transmitter>>;
  /** The transmitter, active or not, whose secret this is. */
  ofSecret(secret: string): Promise<Transmitter | undefined>;
  /** Throws 'invalid_field', and 'conflict' when another one has the issuer, or too many are polled. */
  create(given: NewTransmitter, by: By): Promise<WithSecret>;
  /** Throws as `create` does, and 'not_found' and 'precondition_failed'. The next poll happens at once. */
  update(id: string, expected: number, change: TransmitterChange, by: By): Promise<Versioned<Transmitter>>;
  /** From the next event on, the server refuses what it sends, and no longer polls. What its signals did stays. Idempotent. */
  disable(id: string, by: By): Promise<Versioned<Transmitter>>;
  enable(id: string, by: By): Promise<Versioned<Transmitter>>;
  /** Replaces the secret: the former one is invalid at once. */
  rotateSecret(id: string, by: By): Promise<WithSecret>;
  /** Creates the `state` that the next verification event must have (SSF 1.0 §8.1.4). */
  expectVerification(id: string, by: By): Promise<Versioned<Transmitter>>;
  /**
   * Records a verification event. False: it has another `state` than the expected one. One without `state` is good (SSF 1.0
   * §8.1.4.1), and recorded at most once a minute. The last one is good when it comes again.
   */
  verified(id: string, event: { readonly jti: string; readonly state?: string }, by: By): Promise<boolean>;
  /** Reseals every token with the first master key. */
  sealAnew(): Promise<void>;
}

const KIND = 'secret_of_transmitter';
/** How often a verification event without a state is recorded. Others follow from a call of an administrator. */
const UNASKED_SECONDS = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

export const transmitterRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly polls: Pick<PollStates, 'begin'>;
  readonly upstreams: { get(id: string): Found<object> };
  readonly checkUrl: TrustedFetch['check'];
  /** Our own issuer: the default audience. */
  readonly issuer: string;
}): TransmitterRegistry => {
  const { documents, audit, clock, identifiers, masterKey, upstreams, checkUrl, issuer } = deps;
  const collection = documents.collection<Transmitter>(TRUSTED_TRANSMITTERS);
  const documentsOf = registeredDocuments<Transmitter>({
    ...{ collection, kind: 'trusted transmitter', audit, clock, derived: ['eventsFrom'] },
    taken: () => transmitterRefusal('transmitter_issuer_taken', { field: '/issuer' }),
  });

  const newSecret = (id: string): { readonly secret: string; readonly digest: string } => {
    const secret = `${id}.${identifiers.newSecret()}`;
    return { secret, digest: masterKey.digest(KIND, secret) };
  };

  const checked = async (next: Transmitter, before?: Transmitter): Promise<Transmitter> => {
    checkText(next.name, '/name', 100);
    checkText(next.audience, '/audience', 512);
    if (next.issuer !== before?.issuer) checkIssuer(next.issuer, checkUrl);
    if (next.jwksUri !== undefined && next.jwksUri !== before?.jwksUri) {
      checkReachable(next.jwksUri, '/jwks_uri', checkUrl, { purpose: 'upstreamProviders', isByRole: true });
    }
    if (next.upstream !== before?.upstream && !(await upstreams.get(next.upstream))) {
      throw transmitterRefusal('transmitter_upstream_unknown', { field: '/upstream' });
    }
    return next;
  };

  const polled = async (id: string, given: PollInput, before: PollSettings = {}): Promise<PollSettings> => {
    const settings = pollSettings({ masterKey, checkUrl, issuer }, id, given, before);
    const isOneMore = settings.delivery === 'poll' && before.delivery === undefined;
    if (
      isOneMore &&
      (await collection.find({ where: { delivery: 'poll' }, limit: MOST_POLLED })).length === MOST_POLLED
    )
      throw transmitterRefusal('polled_transmitters_exceeded', { params: { most: MOST_POLLED } });
    return settings;
  };

  /** What was received is remembered for as long as it was accepted. */
  const eventsFrom = ({ maxAge, eventsFrom: before = 0 }: Transmitter): number =>
    Math.max(before, clock.now() - maxAge);

  const setState = async (id: string, state: Transmitter['state'], by: By): Promise<Versioned<Transmitter>> => {
    const type = state === 'active' ? 'transmitter.enabled' : 'transmitter.disabled';
    const changed = await documentsOf.change(id, undefined, type, by, (found) => ({ ...found, state }));
    await deps.polls.begin(id);
    return changed;
  };

  return {
    get: (id): Promise<Versioned<Transmitter> | undefined> => collection.get(id),

    list: (query = {}): Promise<Page<Transmitter>> => documentsOf.list({}, query),

    async ofSecret(secret): Promise<Transmitter | undefined> {
      const [, id = ''] = /^(trm_[a-z0-9]{1,60})\.[\w-]{20,200}$/.exec(secret) ?? [];
      if (id === '') return undefined;
      const found = (await collection.get(id))?.document;
      return found && isOneOfDigests(found.digest, masterKey.digests(KIND, secret)) ? found : undefined;
    },

    async create(asked, by): Promise<WithSecret> {
      const { poll: polls, others } = withoutPolls(asked);
      const { jwksUri, ...given } = others;
      const now = clock.now();
      const id = identifiers.newId('trm');
      const { secret, digest } = newSecret(id);
      const poll = await polled(id, polls);
      const transmitter: Transmitter = {
        ...{ audience: issuer, effects: DEFAULT_EFFECTS, maxAge: DAY, riskSeconds: DAY },
        ...{ mostAccounts: 20, mostAccountsPercent: 1 },
        ...given,
        ...(jwksUri === undefined || jwksUri === null ? {} : { jwksUri }),
        ...{ ...poll, id, digest, state: 'active', createdAt: now, updatedAt: now },
      };
      return { ...(await documentsOf.insert(await checked(transmitter), 'transmitter.created', by)), secret };
    },

    async update(id, expected, asked, by): Promise<Versioned<Transmitter>> {
      const { poll: given, others: change } = withoutPolls(asked);
      const changed = await documentsOf.change(id, expected, 'transmitter.updated', by, async (found) => {
        const { delivery: _, pollTokenClient: __, jwksUri: kept, ...rest } = withoutPolls(found).others;
        const { jwksUri, ...others } = change;
        const keys = jwksUri === undefined ? kept : (jwksUri ?? undefined);
        // Of the document that is replaced: one that was read before may have another URL.
        const poll = await polled(id, given, found);
        const next = { ...rest, ...others, ...poll, ...(keys === undefined ? {} : { jwksUri: keys }) };
        return checked(next.maxAge > found.maxAge ? { ...next, eventsFrom: eventsFrom(found) } : next, found);
      });
      await deps.polls.begin(id);
      return changed;
    },

    disable: (id, by): Promise<Versioned<Transmitter>> => setState(id, 'disabled', by),
    enable: (id, by): Promise<Versioned<Transmitter>> => setState(id, 'active', by),

    async rotateSecret(id, by): Promise<WithSecret> {
      const { secret, digest } = newSecret(id);
      const stored = await documentsOf.change(id, undefined, 'transmitter.secret_rotated', by, (found) => ({
        ...found,
        digest,
      }));
      return { ...stored, secret };
    },

    async expectVerification(id, by): Promise<Versioned<Transmitter>> {
      const verificationState = identifiers.newSecret();
      return documentsOf.change(id, undefined, 'transmitter.verification_expected', by, (found) => ({
        ...found,
        verificationState,
      }));
    },

    async verified(id, { jti, state }, by): Promise<boolean> {
      const isRight = ({ verificationState }: Transmitter): boolean =>
        state === undefined || state === verificationState;
      const found = (await documentsOf.found(id)).document;
      if (found.verifiedJti === jti) return true;
      if (!isRight(found)) return false;
      const now = clock.now();
      // Otherwise a transmitter could change its own version so often that no administrator can change its settings.
      if (state === undefined && now - (found.verifiedAt ?? 0) < UNASKED_SECONDS) return true;
      const { document } = await documentsOf.change(id, undefined, 'transmitter.verified', by, (transmitter) => {
        if (!isRight(transmitter)) return transmitter;
        const { verificationState, ...rest } = transmitter;
        const kept = state === undefined && verificationState !== undefined ? { verificationState } : {};
        return { ...rest, ...kept, verifiedAt: now, verifiedJti: jti };
      });
      return document.verifiedJti === jti;
    },

    async sealAnew() {
      for await (const { id } of everyDocument(collection, { where: { delivery: 'poll' }, limit: MOST_POLLED }))
        await update(collection, id, (found) => withTokenSealedAnew(masterKey, found));
    },
  };
};

/** SSF 1.0 §7.1: https, without query and fragment. */
const checkIssuer = (issuer: string, check: TrustedFetch['check']): void => {
  if (issuer.length > 512 || /[?#]/.test(issuer) || !URL.canParse(issuer)) {
    throw transmitterRefusal('transmitter_issuer_wrong', { field: '/issuer' });
  }
  checkReachable(issuer, '/issuer', check, { purpose: 'upstreamProviders', isByRole: true });
};
