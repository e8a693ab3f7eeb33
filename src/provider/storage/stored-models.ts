/**
 * Where each model of oidc-provider is stored (decision D13), how it is written there and read back, and which models open a
 * request that waits for a user.
 */
import Provider from 'oidc-provider';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { OpenKind, OpenRecords } from '../../domain/platform/rate-limits/open-records.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { DocumentStore, Insertion } from '../../domain/ports/document-store.ts';
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';
import type { ClientProofs } from '../client-authentication/client-proofs.ts';
import type { KeptByBrowser } from '../interactions/kept-by-browser.ts';
import type { SeenSessions } from '../interactions/seen-sessions.ts';
import { GRANTS, type GrantRecord, PROVIDER_RECORDS, type ProviderRecord, sessionOfGrant } from '../seam/records.ts';
import { factsOf } from '../seam/request-facts.ts';
import { type Payload, putWhole, sealedPayloads, wholeWriter } from '../seam/stored-payloads.ts';
import { handleDigests, handleDigestsIn } from '../seam/token-handles.ts';
import type { TokenLiveness } from '../tokens/token-liveness.ts';
import { forgetFound, isFoundUnchanged } from './found-session.ts';

/** Records outlive their expiry by oidc-provider's clock tolerance, so that oidc-provider itself says "expired". */
export const GRACE_SECONDS = 15;

type Home = 'durable' | 'sealed' | 'browser' | 'ephemeral' | 'grant' | 'client' | 'approvals' | 'none';

/**
 * Where each model of oidc-provider is stored (decision D13). `browser`: in the browser that it is about. `approvals`: the
 * approval service stores it. `none`: no store of ours may ever hold it.
 */
const HOMES: Readonly<Record<string, Home>> = {
  AccessToken: 'durable',
  ClientCredentials: 'durable',
  RefreshToken: 'durable',
  Session: 'sealed',
  AuthorizationCode: 'ephemeral',
  DeviceCode: 'ephemeral',
  PushedAuthorizationRequest: 'ephemeral',
  Interaction: 'browser',
  Grant: 'grant',
  Client: 'client',
  BackchannelAuthenticationRequest: 'approvals',
};

/** Routes on which a request begins that waits for a user. */
const OPENED_AT: Readonly<Record<string, Readonly<Record<string, OpenKind>>>> = {
  pushed_authorization_request: { PushedAuthorizationRequest: 'pushed_request' },
  device_authorization: { DeviceCode: 'device_code' },
};

/** The budgets of authenticated clients. */
const OF_CLIENTS: Readonly<Partial<Record<OpenKind, OpenKind>>> = {
  pushed_request: 'client_pushed_request',
  device_code: 'client_device_code',
};

type StorageDeps = {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly masterKey: MasterKey;
  /** Called for a stored model that cannot be read. */
  readonly onUnreadable: (model: string) => void;
  readonly liveness: Pick<TokenLiveness, 'grantHeld'>;
  readonly sessions: SeenSessions;
  readonly browser: KeptByBrowser;
  readonly open: Pick<OpenRecords, 'set'>;
  readonly proofs: Pick<ClientProofs, 'has'>;
};

/** The storage of one model. */
export interface StoredModel {
  readonly home: Home;

  /** The keys of a value of this kind, one for each master key. New values use the first. */
  keysOf(kind: string, id: string): readonly string[];

  /**
   * The key under which it is stored. All processes compute the same key for the mark of its use, regardless of their first
   * master key.
   */
  keyOf(id: string): Promise<string>;

  /** The stored payload. Undefined if it is absent, unreadable, or of a grant that its client no longer holds. */
  read(id: string): Promise<Payload | undefined>;

  /** Stores it for `expiresIn` seconds plus the clock tolerance. */
  write(id: string, payload: Payload, expiresIn: number): Promise<void>;

  /** The one document that `write` inserts, of a model that is stored as it is. */
  insertion(id: string, payload: Payload, expiresIn: number): Promise<Insertion>;
}

export const storedModels = (deps: StorageDeps): ((model: string) => StoredModel) => {
  const { documents, ephemeral, clock, masterKey, liveness, browser } = deps;
  const records = documents.collection<ProviderRecord>(PROVIDER_RECORDS);
  const grants = documents.collection<GrantRecord>(GRANTS);
  const putAgain = wholeWriter(records);
  const { openedPayload, payloadIn } = sealedPayloads(deps);

  /** The opener of a new request, and its budget. */
  const openerIn = (model: string): { readonly kind: OpenKind; readonly from: string } | undefined => {
    const context = Provider.ctx;
    const kind = OPENED_AT[context?.oidc?.route ?? '']?.[model];
    if (!context || kind === undefined) return undefined;
    const ofClient = OF_CLIENTS[kind];
    const client = context.oidc.client?.clientId;
    if (ofClient && client !== undefined && deps.proofs.has(context)) return { kind: ofClient, from: client };
    return { kind, from: factsOf(context.req).source };
  };

  return (model) => {
    const home = HOMES[model] ?? 'none';
    const keysOf = (kind: string, id: string): readonly string[] => {
      const context = Provider.ctx;
      const digests = context ? handleDigestsIn(context, masterKey, kind, id) : handleDigests(masterKey, kind, id);
      return digests.map((digest) => `${kind}:${digest}`);
    };
    const at = (key: string): Promise<unknown> => (home === 'ephemeral' ? ephemeral.get(key) : records.get(key));
    const keyOf = async (id: string): Promise<string> => {
      const [first = '', other] = keysOf(model, id);
      if (other === undefined || (await at(first)) !== undefined) return first;
      return (await at(other)) === undefined ? first : other;
    };

    const read = async (id: string): Promise<Payload | undefined> => {
      if (home === 'grant') {
        const grant = (await grants.get(id))?.document;
        return grant && ((await liveness.grantHeld(grant))?.payload as Payload | undefined);
      }
      if (home === 'browser') return browser.interactions.find(id);
      if (home === 'ephemeral') {
        return openedPayload(model, await ephemeral.get(await keyOf(id)));
      }
      const guest = model === 'Session' ? await browser.guests.find(id) : undefined;
      if (guest) return guest;
      const found = await records.get(await keyOf(id));
      if (!found) return undefined;
      const { payload, sealed } = found.document;
      if (sealed !== undefined) return payloadIn(model, found.document);
      if (typeof payload === 'object') return { ...payload, jti: id } as Payload;
      deps.onUnreadable(model);
      return undefined;
    };

    const write = async (id: string, payload: Payload, expiresIn: number): Promise<void> => {
      if (home === 'browser') return browser.interactions.write(id, payload, expiresIn);
      if (model === 'Session') {
        // Without a signed-in user the session holds nothing that another browser needs.
        if (payload.accountId === undefined) return browser.guests.write(id, payload, expiresIn);
        browser.guests.drop();
      }
      const expiresAt = clock.now() + expiresIn + GRACE_SECONDS;
      const stored = await keyOf(id);
      if (model === 'Session') {
        if (isFoundUnchanged(stored, payload, expiresIn)) return;
        forgetFound();
      }
      if (home === 'ephemeral') {
        const ttl = Math.max(1, expiresIn + GRACE_SECONDS);
        const values = {
          [stored]: masterKey.seal(model, JSON.stringify(payload)),
          ...(payload.userCode
            ? { [String(keysOf('UserCode', payload.userCode)[0])]: masterKey.seal('UserCode', id) }
            : {}),
        };
        const opener = openerIn(model);
        if (opener) return deps.open.set(opener.kind, values, opener.from, ttl);
        for (const [key, value] of Object.entries(values)) await ephemeral.set(key, value, ttl);
        return;
      }
      if (model === 'Session') await deps.sessions.seen(payload, expiresIn);
      if (home === 'grant') {
        // Updates the session before the model that depends on it.
        const session = sessionOfGrant({ payload });
        if (session !== undefined) await deps.sessions.holds(session, expiresAt);
        const grant: GrantRecord = {
          id,
          account: String(payload.accountId),
          clientId: String(payload.clientId),
          payload,
          createdAt: clock.now(),
          expiresAt,
        };
        await putWhole(grants, grant);
        return;
      }
      // A token is stored once, under its own name; a session repeatedly.
      if (home === 'durable') return putWhole(records, plainRecord(stored, payload, expiresAt), { isNew: true });
      await putAgain({
        id: stored,
        model,
        sealed: masterKey.seal(model, JSON.stringify(payload)),
        ...(payload.uid ? { uid: payload.uid } : {}),
        ...accountOf(payload),
        expiresAt,
      });
    };

    const plainRecord = (stored: string, payload: Payload, expiresAt: number): ProviderRecord => {
      const { jti: _bearer, ...rest } = payload;
      return {
        id: stored,
        model,
        payload: rest,
        ...(payload.grantId ? { grant: payload.grantId } : {}),
        ...accountOf(payload),
        expiresAt,
      };
    };

    const insertion = async (id: string, payload: Payload, expiresIn: number): Promise<Insertion> => {
      if (home !== 'durable') throw new TypeError(`${model} is not stored as it is`);
      const expiresAt = clock.now() + expiresIn + GRACE_SECONDS;
      return { collection: PROVIDER_RECORDS.name, document: plainRecord(await keyOf(id), payload, expiresAt) };
    };

    return { home, keysOf, keyOf, read, write, insertion };
  };
};

const accountOf = ({ accountId }: Payload): Pick<ProviderRecord, 'account'> =>
  accountId === undefined ? {} : { account: String(accountId) };
