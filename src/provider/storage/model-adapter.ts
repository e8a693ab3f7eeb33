/**
 * oidc-provider's storage over our two ports. Owns where each model lives and that a one-time model is redeemed once. Does not
 * own clients (client-metadata.ts) nor what revocation means. "Delete everything of this grant" is not the rule here
 * (decision D8): our own records decide, so ending a grant ends its tokens and nothing else needs deleting.
 */
import Provider, { type Adapter, errors } from 'oidc-provider';
import { type AuditLog, OVER_FIRST } from '../../domain/audit/audit-event.ts';
import { sessionIdOf } from '../../domain/identity/sessions/session.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { OpenKind, OpenRecords } from '../../domain/platform/rate-limits/open-records.ts';
import type { PollingInterval } from '../../domain/platform/rate-limits/polling-interval.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { type DocumentStore, update } from '../../domain/ports/document-store.ts';
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';
import { raisePriority } from '../../domain/ports/write-priority.ts';
import type { ProviderClients } from '../client-authentication/client-metadata.ts';
import type { ClientProofs } from '../client-authentication/client-proofs.ts';
import type { KeptByBrowser } from '../interactions/kept-by-browser.ts';
import type { SeenSessions } from '../interactions/seen-sessions.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import { asProtocol } from '../seam/oauth-errors.ts';
import { GRANTS, type GrantRecord, PROVIDER_RECORDS, type ProviderRecord, sessionOfGrant } from '../seam/records.ts';
import { factsOf, nextTurn } from '../seam/request-facts.ts';
import { type Payload, putWhole, sealedPayloads, wholeWriter } from '../seam/stored-payloads.ts';
import { openUnit } from '../seam/token-request-unit.ts';
import { codeIssuing } from '../tokens/code-issuing.ts';
import { WITHHELD } from '../tokens/structured-tokens.ts';
import type { TokenLiveness } from '../tokens/token-liveness.ts';

/** Records outlive their expiry by oidc-provider's clock tolerance, so that it is oidc-provider that says "expired". */
const GRACE_SECONDS = 15;

type Home = 'durable' | 'sealed' | 'browser' | 'ephemeral' | 'grant' | 'client' | 'approvals' | 'none';

/**
 * Where each model of oidc-provider lives (decision D13). `browser`: in the browser it is about. `approvals`: the approval
 * service stores it. `none`: nothing of ours may ever store it.
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

/** Routes at which a request begins that waits for a user. */
const OPENED_AT: Readonly<Record<string, Readonly<Record<string, OpenKind>>>> = {
  pushed_authorization_request: { PushedAuthorizationRequest: 'pushed_request' },
  device_authorization: { DeviceCode: 'device_code' },
};

/** The budget of clients that authenticated. */
const OF_CLIENTS: Readonly<Partial<Record<OpenKind, OpenKind>>> = {
  pushed_request: 'client_pushed_request',
  device_code: 'client_device_code',
};

/** Given to a client or user after a proof; of the others, where a user is involved. */
const CREDENTIALS = new Set(['AccessToken', 'ClientCredentials', 'RefreshToken', 'AuthorizationCode']);
const OF_PERSONS = new Set(['Session', 'DeviceCode']);

const CONSUMABLE = new Set(['AuthorizationCode', 'DeviceCode', 'PushedAuthorizationRequest', 'RefreshToken']);

export type ModelAdapterDeps = {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly masterKey: MasterKey;
  readonly consumptions: ConsumptionRegistry;
  readonly clients: ProviderClients;
  readonly audit: AuditLog;
  readonly pace: Pick<PollingInterval, 'poll'>;
  readonly devicePollIntervalSeconds: number;
  /** Called for a stored model that cannot be read. */
  readonly onUnreadable: (model: string) => void;
  readonly liveness: Pick<TokenLiveness, 'grantHeld' | 'sessionLive'>;
  readonly sessions: SeenSessions;
  readonly browser: KeptByBrowser;
  readonly open: Pick<OpenRecords, 'set' | 'forget'>;
  readonly proofs: Pick<ClientProofs, 'has'>;
};

export const modelAdapter = (deps: ModelAdapterDeps): ((model: string) => Adapter) => {
  const { documents, ephemeral, clock, masterKey, consumptions, clients, audit, liveness, browser } = deps;
  const records = documents.collection<ProviderRecord>(PROVIDER_RECORDS);
  const grants = documents.collection<GrantRecord>(GRANTS);
  const putAgain = wholeWriter(records);
  const codes = codeIssuing({ audit, consumptions });

  const presentation = () => {
    const context = Provider.ctx;
    return context ? factsOf(context.req) : { arrivedAt: clock.nowMillis(), turn: nextTurn() };
  };

  /** Who opens a new request, and within which budget. */
  const openerIn = (model: string): { readonly kind: OpenKind; readonly from: string } | undefined => {
    const context = Provider.ctx;
    const kind = OPENED_AT[context?.oidc?.route ?? '']?.[model];
    if (!context || kind === undefined) return undefined;
    const ofClient = OF_CLIENTS[kind];
    const client = context.oidc.client?.clientId;
    if (ofClient && client !== undefined && deps.proofs.has(context)) return { kind: ofClient, from: client };
    return { kind, from: factsOf(context.req).source };
  };

  const { opened, openedPayload } = sealedPayloads(deps);

  return (model) => {
    const home = HOMES[model] ?? 'none';
    const keysOf = (kind: string, id: string): readonly string[] =>
      masterKey.digests(kind, id).map((digest) => `${kind}:${digest}`);
    const at = (key: string): Promise<unknown> => (home === 'ephemeral' ? ephemeral.get(key) : records.get(key));
    /**
     * The key under which it is stored. All that mark its use compute the same one, regardless of which master key is their
     * first.
     */
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
      if (sealed !== undefined) return openedPayload(model, sealed);
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
        // The session is updated before the model that depends on it.
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
      const { jti: _bearer, ...rest } = payload;
      const account = payload.accountId === undefined ? {} : { account: String(payload.accountId) };
      const record: ProviderRecord =
        home === 'sealed'
          ? {
              id: stored,
              model,
              sealed: masterKey.seal(model, JSON.stringify(payload)),
              ...(payload.uid ? { uid: payload.uid } : {}),
              ...account,
              expiresAt,
            }
          : {
              id: stored,
              model,
              payload: rest,
              ...(payload.grantId ? { grant: payload.grantId } : {}),
              ...account,
              expiresAt,
            };
      // A token is stored once, under its own name; a session repeatedly.
      await (home === 'durable' ? putWhole(records, record, { isNew: true }) : putAgain(record));
    };

    const find = async (id: string): Promise<Payload | undefined> => {
      if (id === WITHHELD) return undefined;
      if (home === 'client') return (await clients.find(id)) as Payload | undefined;
      if (home === 'none' || home === 'approvals') return undefined;
      const payload = await read(id);
      if (model === 'Session') return noted(payload && (await liveSession(payload)));
      noted(payload);
      if (!payload || !CONSUMABLE.has(model)) return payload;
      const mark = await keyOf(id);
      const context = Provider.ctx;
      if (model === 'AuthorizationCode' && wentElsewhere(context, payload)) return undefined;
      openUnit(context)?.seen.set(mark, Number(payload.exp) + GRACE_SECONDS);
      const state = await consumptions.stateOf(mark, presentation());
      if (state === 'unused') {
        if (model === 'DeviceCode') await paceDevicePolling(mark, payload);
        return payload;
      }
      if (state !== 'race') return { ...payload, consumed: state.usedAt };
      // Only a redemption can lose a race; a request that revokes or introspects sees a used credential.
      if (isAboutTokens(context?.oidc?.route)) return { ...payload, consumed: clock.now() };
      throw model === 'PushedAuthorizationRequest'
        ? new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used')
        : new errors.InvalidGrant('lost a race for a one-time credential');
    };

    /** A request that presents a credential given to a client or user is no longer anonymous. */
    const noted = (payload: Payload | undefined): Payload | undefined => {
      if (payload && (CREDENTIALS.has(model) || (OF_PERSONS.has(model) && payload.accountId !== undefined))) {
        raisePriority('authenticated');
      }
      return payload;
    };

    /** A session that was ended, of a disabled account, or from before a password change, is treated as absent. */
    const liveSession = async (payload: Payload): Promise<Payload | undefined> =>
      payload.accountId === undefined ||
      (await liveness.sessionLive(payload.accountId, Number(payload.loginTs), sessionIdOf(String(payload.uid))))
        ? payload
        : undefined;

    /** RFC 8628 §3.5: a pending code may be polled once per interval, which grows for a client that polls faster. */
    const paceDevicePolling = async (mark: string, payload: Payload): Promise<void> => {
      const pending = payload.accountId === undefined && payload.error === undefined;
      if (!pending || Provider.ctx?.oidc?.route !== 'token') return;
      const told = await deps.pace.poll(mark, deps.devicePollIntervalSeconds);
      if (told !== undefined) throw new errors.SlowDown(`from now on ask once in ${told} seconds`);
    };

    const consume = async (id: string): Promise<void> => {
      const mark = await keyOf(id);
      const context = Provider.ctx;
      const unit = openUnit(context);
      const expiresAt = unit?.seen.get(mark) ?? Number((await read(id))?.exp ?? clock.now()) + GRACE_SECONDS;
      if (unit) {
        unit.consumptions.push({ id: mark, expiresAt });
        return;
      }
      if (context) {
        codes.hold(context, { id: mark, expiresAt, drop: () => deps.open.forget(mark) });
        return;
      }
      await consumptions.consume(mark, expiresAt, Promise.resolve());
    };

    const destroy = async (id: string): Promise<void> => {
      if (home === 'grant') {
        await endGrant(id);
        return;
      }
      if (home === 'browser') return browser.interactions.destroy(id);
      if (home === 'ephemeral') {
        await ephemeral.take(await keyOf(id));
        return;
      }
      // oidc-provider ends the grant next, which is decisive: if that fails, a retry must still find the token.
      if (model === 'RefreshToken') return;
      if (model === 'Session') {
        if (await browser.guests.find(id)) return browser.guests.drop();
        await deps.sessions.ifSignedOut();
      }
      await records.take(await keyOf(id));
    };

    /** oidc-provider ends a grant from the token endpoint only when a one-time credential comes back after its use. */
    const endGrant = async (id: string): Promise<void> => {
      const found = (await grants.get(id))?.document;
      if (!found) return;
      const { account, clientId, instance } = found;
      const context = Provider.ctx;
      const replayed = context?.oidc?.route === 'token';
      const replay = instance === undefined ? 'token.replayed' : 'instance.replayed';
      const event = {
        type: replayed ? replay : 'grant.revoked',
        grant: id,
        subject: account,
        caller: clientId,
        ...(instance === undefined ? {} : { agent: clientId, instance }),
        ...(context ? { request: factsOf(context.req).id } : {}),
      } as const;
      await audit.append({ ...event, outcome: 'done' });
      // The instances of an agent continue (decision D9): their grants depend on this one.
      const keepsGrant = clientId.startsWith('agt_') && instance === undefined;
      const ended = keepsGrant
        ? await update(grants, id, (grant) => ({ ...grant, endedAt: clock.now() }))
        : await grants.take(id);
      if (!ended) await audit.append({ ...event, ...OVER_FIRST });
    };

    return {
      find: (id) => asProtocol(() => find(id)),
      upsert: (id, payload, expiresIn) =>
        asProtocol(async () => {
          if (home === 'approvals') return;
          if (home === 'none' || home === 'client') throw new TypeError(`${model} is not stored here`);
          const context = Provider.ctx;
          const isAnswer = context !== undefined && ANSWERING.has(context.oidc?.route);
          const isGood = model === 'AuthorizationCode' || (model === 'DeviceCode' && payload.accountId !== undefined);
          if (isGood && isAnswer) await codes.settle(context);
          const store = () => write(id, payload as Payload, expiresIn ?? 0);
          const unit = model === 'RefreshToken' ? openUnit(context) : undefined;
          if (unit) unit.writes.push(store);
          else if (home === 'grant' && isAnswer) codes.holdGrant(context, { store, drop: () => grants.take(id) });
          else await store();
        }),
      consume: (id) => asProtocol(() => consume(id)),
      destroy: (id) => asProtocol(() => destroy(id)),
      findByUid: (uid) =>
        asProtocol(async () => {
          const [found] = await records.find({ where: { uid }, limit: 1 });
          const payload = openedPayload(model, found?.document.sealed);
          return noted(payload && (await liveSession(payload)));
        }),
      findByUserCode: (userCode) =>
        asProtocol(async () => {
          for (const key of keysOf('UserCode', userCode)) {
            const sealed = await ephemeral.get(key);
            const id = sealed === undefined ? undefined : opened('UserCode', sealed);
            if (id !== undefined) return find(id);
          }
          return undefined;
        }),
      // Records of an ended grant are dead without being deleted; the sweeper removes them when they expire.
      revokeByGrantId: async () => {},
    };
  };
};

/** Routes at which a user's answer becomes a code, or makes a device code valid. */
const ANSWERING = new Set<string | undefined>(['authorization', 'resume', 'code_verification', 'device_resume']);

/** A code that was sent to a redirect URI the client has lost since, perhaps to another party. */
const wentElsewhere = (context: typeof Provider.ctx, { redirectUri }: Payload): boolean =>
  context?.oidc?.route === 'token' &&
  redirectUri !== undefined &&
  context.oidc.client?.redirectUriAllowed(String(redirectUri)) === false;

const isAboutTokens = (route: string | undefined): boolean => route === 'revocation' || route === 'introspection';
