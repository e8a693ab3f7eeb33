/**
 * oidc-provider's storage over our two ports; stored-models.ts says where each model is stored. Ensures that a one-time model
 * is redeemed once. Does not own clients (client-metadata.ts) nor the effect of a revocation. "Delete everything of this
 * grant" is not the rule here (decision D8). Our own records decide, so ending a grant ends its tokens without deleting them.
 */
import Provider, { type Adapter, errors } from 'oidc-provider';
import type { AuditLog } from '../../domain/audit/audit-event.ts';
import { sessionIdOf } from '../../domain/identity/sessions/session.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { OpenRecords } from '../../domain/platform/rate-limits/open-records.ts';
import type { PollingInterval } from '../../domain/platform/rate-limits/polling-interval.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { DocumentStore } from '../../domain/ports/document-store.ts';
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';
import { raisePriority } from '../../domain/ports/write-priority.ts';
import type { ProviderClients } from '../client-authentication/client-metadata.ts';
import type { ClientProofs } from '../client-authentication/client-proofs.ts';
import type { KeptByBrowser } from '../interactions/kept-by-browser.ts';
import type { SeenSessions } from '../interactions/seen-sessions.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import { asProtocol } from '../seam/oauth-errors.ts';
import { GRANTS, type GrantRecord, PROVIDER_RECORDS, type ProviderRecord } from '../seam/records.ts';
import { factsOf, nextTurn } from '../seam/request-facts.ts';
import { type Payload, sealedPayloads } from '../seam/stored-payloads.ts';
import { openUnit } from '../seam/token-request-unit.ts';
import { codeIssuing } from '../tokens/code-issuing.ts';
import { WITHHELD } from '../tokens/structured-tokens.ts';
import type { TokenLiveness } from '../tokens/token-liveness.ts';
import { forgetFound, foundBefore, noteFound } from './found-session.ts';
import { endingGrants } from './grant-ends.ts';
import { GRACE_SECONDS, storedModels } from './stored-models.ts';

/** Models that are issued to a client or user after a proof; of the others, those that involve a user. */
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
  const { documents, ephemeral, clock, consumptions, clients, audit, liveness, browser } = deps;
  const records = documents.collection<ProviderRecord>(PROVIDER_RECORDS);
  const grants = documents.collection<GrantRecord>(GRANTS);
  const codes = codeIssuing({ audit, consumptions });

  const presentation = () => {
    const context = Provider.ctx;
    return context ? factsOf(context.req) : { arrivedAt: clock.nowMillis(), turn: nextTurn() };
  };

  const { opened, payloadIn } = sealedPayloads(deps);
  const modelOf = storedModels(deps);
  const endGrant = endingGrants(deps);

  return (model) => {
    const { home, keysOf, keyOf, read, write, insertion } = modelOf(model);
    const find = async (id: string): Promise<Payload | undefined> => {
      if (id === WITHHELD) return undefined;
      if (home === 'client') return (await clients.find(id)) as Payload | undefined;
      if (home === 'none' || home === 'approvals') return undefined;
      if (model === 'Session') return noted(await sessionAt(await keyOf(id), () => read(id)));
      if (!CONSUMABLE.has(model)) return noted(await read(id));
      const mark = await keyOf(id);
      // Together, because a request waits for each read. Only the later insertion of the mark decides who redeems it.
      const [payload, found] = await Promise.all([read(id), consumptions.markOf(mark)]);
      noted(payload);
      if (!payload) return undefined;
      const context = Provider.ctx;
      if (model === 'AuthorizationCode' && wentElsewhere(context, payload)) return undefined;
      openUnit(context)?.seen.set(mark, Number(payload.exp) + GRACE_SECONDS);
      const state = await consumptions.stateOf(mark, presentation(), found);
      if (state === 'unused') {
        if (model === 'DeviceCode') await paceDevicePolling(mark, payload);
        return payload;
      }
      if (state !== 'race') return { ...payload, consumed: state.usedAt };
      // Only a redemption can lose a race. A request that revokes or introspects sees a used credential.
      if (isAboutTokens(context?.oidc?.route)) return { ...payload, consumed: clock.now() };
      throw model === 'PushedAuthorizationRequest'
        ? new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used')
        : new errors.InvalidGrant('lost a race for a one-time credential');
    };

    /** A request that presents a credential that was issued to a client or user is no longer anonymous. */
    const noted = (payload: Payload | undefined): Payload | undefined => {
      if (payload && (CREDENTIALS.has(model) || (OF_PERSONS.has(model) && payload.accountId !== undefined))) {
        raisePriority('authenticated');
      }
      return payload;
    };

    /**
     * The session under a key. Treats it as absent if it has ended, its account is disabled, or it is from before a password change.
     * A request reads and checks it once.
     */
    const sessionAt = async (key: string, found: () => Promise<Payload | undefined>): Promise<Payload | undefined> => {
      const before = foundBefore(key);
      if (before) return before;
      const payload = await found();
      const { accountId, loginTs, uid } = payload ?? {};
      if (!payload || accountId === undefined) return payload;
      if (!(await liveness.sessionLive(accountId, Number(loginTs), sessionIdOf(String(uid))))) return undefined;
      noteFound(key, payload);
      return payload;
    };

    /** RFC 8628 §3.5: a client may poll a pending code once per interval. The interval grows for a client that polls faster. */
    const paceDevicePolling = async (mark: string, payload: Payload): Promise<void> => {
      const pending = payload.accountId === undefined && payload.error === undefined;
      if (!pending || Provider.ctx?.oidc?.route !== 'token') return;
      const intervalSeconds = await deps.pace.poll(mark, deps.devicePollIntervalSeconds);
      if (intervalSeconds !== undefined)
        throw new errors.SlowDown(`from now on ask once in ${intervalSeconds} seconds`);
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
      // oidc-provider ends the grant next, which is decisive. If that fails, a retry must still find the token.
      if (model === 'RefreshToken') return;
      if (model === 'Session') {
        forgetFound();
        if (await browser.guests.find(id)) return browser.guests.drop();
        await deps.sessions.ifSignedOut();
      }
      await records.take(await keyOf(id));
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
          const unit = home === 'durable' ? openUnit(context) : undefined;
          if (unit && (model === 'RefreshToken' || unit.settleWhenStored)) {
            unit.writes.push({
              store,
              drop: async () => records.take(await keyOf(id)),
              insertion: () => insertion(id, payload as Payload, expiresIn ?? 0),
            });
            const { settleWhenStored } = unit;
            unit.settleWhenStored = undefined;
            await settleWhenStored?.();
          } else if (home === 'grant' && isAnswer) codes.holdGrant(context, { store, drop: () => grants.take(id) });
          else await store();
        }),
      consume: (id) => asProtocol(() => consume(id)),
      destroy: (id) => asProtocol(() => destroy(id)),
      findByUid: (uid) =>
        asProtocol(async () => {
          const [found] = await records.find({ where: { uid }, limit: 1 });
          if (!found) return undefined;
          const { document } = found;
          return noted(await sessionAt(document.id, async () => payloadIn(model, document)));
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
      // Records of an ended grant are dead without being deleted. The sweeper removes them when they expire.
      revokeByGrantId: async () => {},
    };
  };
};

/** Routes on which a user's answer becomes a code, or makes a device code valid. */
const ANSWERING = new Set<string | undefined>(['authorization', 'resume', 'code_verification', 'device_resume']);

/** Refuses a code for a redirect URI that the client has lost since, perhaps to another party. */
const wentElsewhere = (context: typeof Provider.ctx, { redirectUri }: Payload): boolean =>
  context?.oidc?.route === 'token' &&
  redirectUri !== undefined &&
  context.oidc.client?.redirectUriAllowed(String(redirectUri)) === false;

const isAboutTokens = (route: string | undefined): boolean => route === 'revocation' || route === 'introspection';
