/**
 * Self-service registration of clients and agents (RFC 7591, RFC 7592): who may register, which members are
 * read, and how the registrant manages the registration. Owns initial access tokens and the records of
 * registration access tokens. Does not own agents and clients or their rules: their registries check and write
 * these registrations like all others. Called by src/http/registration and the management API.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import { isGroupId } from '../../identity/groups/group.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { agentRefusal } from '../agents/agent-refusals.ts';
import { blueprintRefusal } from '../blueprints/blueprint-refusals.ts';
import type { BlueprintRegistry } from '../blueprints/blueprint-registry.ts';
import { registrationRefusal } from './registration-refusals.ts';

/**
 * RFC 7591 §1.2. It registers in the name of one owner: agents under a blueprint, or clients that are not
 * agents.
 */
export type InitialAccessToken = {
  readonly id: string;
  readonly digest: string;
  /** The account or group that is asked to own what is registered. */
  readonly owner: string;
  /** If present, the token registers agents under this blueprint. If absent, it registers clients. */
  readonly blueprint?: string;
  readonly uses: number;
  readonly used: number;
  readonly createdBy: string;
  readonly revokedAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number;
};

export const INITIAL_ACCESS_TOKENS = {
  name: 'initial_access_tokens',
  holds: 'one initial access token, as a digest',
  prefixes: ['iat'],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'the token has expired' },
  transfer: 'gives authority',
  indexes: [{ fields: ['digest'], unique: true }, { fields: ['owner'] }, { fields: ['createdAt'] }],
  expiresAt: 'expiresAt',
  members: ['digest', 'owner', 'uses', 'used', 'createdAt', 'expiresAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

export type NewInitialAccessToken = {
  readonly owner: string;
  readonly blueprint?: string;
  /** 1..1000, default 1. */
  readonly uses?: number;
  /** Seconds, 60 s to 30 days, default one hour. */
  readonly expiresIn?: number;
};

export type InitialAccessTokenQuery = PageQuery & { readonly owner?: string };

const PREFIX = 'bhi_';
const HOUR = 3600;

/** Initial access tokens (RFC 7591 §3): how many agents or clients their holder may register. */
export interface InitialAccessTokens {
  /** Reads one token with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<InitialAccessToken> | undefined>;
  /** One page of tokens, newest first. */
  list(query?: InitialAccessTokenQuery): Promise<Page<InitialAccessToken>>;
  /** Creates a token. `token` is not stored or logged; show it once. Throws 'invalid_field'. */
  create(input: NewInitialAccessToken, by: By): Promise<Versioned<InitialAccessToken> & { readonly token: string }>;
  /** Revokes a token: from now on it registers nothing. Idempotent. */
  revoke(id: string, by: By): Promise<Versioned<InitialAccessToken>>;
  /** The initial access token of this value, while it can still register in the name of its owner. */
  find(value: string): Promise<InitialAccessToken | undefined>;
  /**
   * Takes one use. False when none is left, or the token was revoked in the meantime. A token with N uses never gives
   * more than N.
   */
  take(id: string): Promise<boolean>;
  /** Gives back a use when the registration failed. */
  giveBack(id: string): Promise<void>;
}

export const initialAccessTokens = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly masterKey: Pick<MasterKey, 'digest' | 'digests'>;
  readonly owners: Pick<Owners, 'isActive'>;
  readonly blueprints: Pick<BlueprintRegistry, 'get'>;
}): InitialAccessTokens => {
  const { documents, clock, identifiers, audit, masterKey, owners, blueprints } = deps;
  const collection = documents.collection<InitialAccessToken>(INITIAL_ACCESS_TOKENS);
  const documentsOf = registeredDocuments<InitialAccessToken>({
    collection,
    kind: 'initial access token',
    audit,
    clock,
    facts: ({ owner }) => ({ owner }),
  });

  const isGood = ({ revokedAt, used, uses, expiresAt }: InitialAccessToken): boolean =>
    revokedAt === undefined && used < uses && expiresAt > clock.now();

  const checkBinding = async ({ owner, blueprint }: NewInitialAccessToken): Promise<void> => {
    if (!(await owners.isActive(owner))) {
      throw agentRefusal('owner_inactive', { field: '/owner' });
    }
    if (blueprint === undefined) {
      if (isGroupId(owner)) throw registrationRefusal('token_owner_is_group', { field: '/owner' });
      return;
    }
    if ((await blueprints.get(blueprint))?.document.state !== 'active') {
      throw blueprintRefusal('blueprint_inactive', { field: '/blueprint' });
    }
  };

  return {
    get: (id): Promise<Versioned<InitialAccessToken> | undefined> => collection.get(id),

    list: ({ owner, ...query } = {}): Promise<Page<InitialAccessToken>> => documentsOf.list({ owner }, query),

    async create(input, by): Promise<Versioned<InitialAccessToken> & { readonly token: string }> {
      await checkBinding(input);
      const now = clock.now();
      const token = `${PREFIX}${identifiers.newSecret()}`;
      const stored = await documentsOf.insert(
        {
          id: identifiers.newId('iat'),
          digest: masterKey.digest('initial_access_token', token),
          owner: input.owner,
          ...(input.blueprint === undefined ? {} : { blueprint: input.blueprint }),
          uses: input.uses ?? 1,
          used: 0,
          createdBy: by.caller,
          createdAt: now,
          updatedAt: now,
          expiresAt: now + (input.expiresIn ?? HOUR),
        },
        'registration.token_created',
        by,
      );
      return { ...stored, token };
    },

    revoke: (id, by): Promise<Versioned<InitialAccessToken>> =>
      documentsOf.change(id, undefined, 'registration.token_revoked', by, (token) =>
        token.revokedAt === undefined ? { ...token, revokedAt: clock.now() } : token,
      ),

    async find(value): Promise<InitialAccessToken | undefined> {
      if (!value.startsWith(PREFIX)) return undefined;
      for (const digest of masterKey.digests('initial_access_token', value)) {
        const found = (await collection.find({ where: { digest }, limit: 1 }))[0]?.document;
        if (found) return isGood(found) && (await owners.isActive(found.owner)) ? found : undefined;
      }
      return undefined;
    },

    async take(id): Promise<boolean> {
      let isTaken = false;
      await update(collection, id, (token) => {
        isTaken = isGood(token);
        return isTaken ? { ...token, used: token.used + 1 } : undefined;
      });
      return isTaken;
    },

    async giveBack(id): Promise<void> {
      await update(collection, id, (token) => ({ ...token, used: Math.max(0, token.used - 1) }));
    },
  };
};
