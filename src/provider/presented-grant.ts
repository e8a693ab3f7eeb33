/**
 * Under which lease a client acts at an endpoint it calls: that of the code or token it presents. Reads only; the
 * engine redeems. What is answered decides nothing but which version of a client has to authenticate.
 */
import { decodeJwt } from 'jose';
import type Provider from 'oidc-provider';
import type { MasterKey } from '../domain/crypto/master-key.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import { ENGINE_RECORDS, type EngineRecord, LEASES, type LeaseRecord } from './records.ts';
import { sealedPayloads } from './stored-payloads.ts';

type Context = NonNullable<typeof Provider.ctx>;

/** Parameter → where what it holds may be stored. */
const PRESENTED = {
  code: ['AuthorizationCode'],
  device_code: ['DeviceCode'],
  refresh_token: ['RefreshToken'],
  token: ['RefreshToken', 'AccessToken'],
} as const;

const EPHEMERAL: ReadonlySet<string> = new Set(['AuthorizationCode', 'DeviceCode']);

export const presentedLease = (deps: {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  readonly masterKey: MasterKey;
}) => {
  const records = deps.documents.collection<EngineRecord>(ENGINE_RECORDS);
  const leases = deps.documents.collection<LeaseRecord>(LEASES);
  const { openedPayload } = sealedPayloads({ ...deps, onUnreadable: () => undefined });

  const leaseIdOf = async (value: string, models: readonly string[]): Promise<string | undefined> => {
    for (const model of models) {
      for (const digest of deps.masterKey.digests(model, value)) {
        const key = `${model}:${digest}`;
        const lease = EPHEMERAL.has(model)
          ? openedPayload(model, await deps.ephemeral.get(key))?.grantId
          : (await records.get(key))?.document.lease;
        if (lease !== undefined) return lease;
      }
    }
    return undefined;
  };

  return {
    /** The lease's record, as it is stored, ended or not; undefined when nothing is presented that has one. */
    async find({ oidc }: Context): Promise<LeaseRecord | undefined> {
      for (const [name, models] of Object.entries(PRESENTED)) {
        const value = oidc.params?.[name];
        if (typeof value !== 'string') continue;
        const id = (await leaseIdOf(value, models)) ?? (name === 'token' ? claimedLease(value) : undefined);
        if (id !== undefined) return (await leases.get(id))?.document;
      }
      return undefined;
    },
  };
};

export type PresentedLease = ReturnType<typeof presentedLease>;

/** What a JWT says of itself; its signature is checked where that counts. */
const claimedLease = (token: string): string | undefined => {
  try {
    const { grant_id: lease } = decodeJwt(token);
    return typeof lease === 'string' && lease.length <= 128 ? lease : undefined;
  } catch {
    return undefined;
  }
};
