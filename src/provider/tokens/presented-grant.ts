/**
 * The grant of a client's request: that of the code or token that it presents. Reads only; oidc-provider redeems. The result
 * only decides which version of a client has to authenticate.
 */
import { decodeJwt } from 'jose';
import type Provider from 'oidc-provider';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { DocumentStore } from '../../domain/ports/document-store.ts';
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';
import { GRANTS, type GrantRecord, PROVIDER_RECORDS, type ProviderRecord } from '../seam/records.ts';
import { sealedPayloads } from '../seam/stored-payloads.ts';
import { handleDigestsIn } from '../seam/token-handles.ts';

type Context = NonNullable<typeof Provider.ctx>;

/** Parameter → the models under which its value may be stored. */
const PRESENTED = {
  code: ['AuthorizationCode'],
  device_code: ['DeviceCode'],
  refresh_token: ['RefreshToken'],
  token: ['RefreshToken', 'AccessToken'],
} as const;

const EPHEMERAL: ReadonlySet<string> = new Set(['AuthorizationCode', 'DeviceCode']);

export interface PresentedGrant {
  /** The stored record of the grant, ended or not. Undefined if the request presents nothing that has one. */
  find(context: Context): Promise<GrantRecord | undefined>;
}

export const presentedGrant = (deps: {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  readonly masterKey: MasterKey;
}): PresentedGrant => {
  const records = deps.documents.collection<ProviderRecord>(PROVIDER_RECORDS);
  const grants = deps.documents.collection<GrantRecord>(GRANTS);
  const { openedPayload } = sealedPayloads({ ...deps, onUnreadable: () => undefined });

  const grantIdOf = async (context: Context, value: string, models: readonly string[]): Promise<string | undefined> => {
    for (const model of models) {
      for (const digest of handleDigestsIn(context, deps.masterKey, model, value)) {
        const key = `${model}:${digest}`;
        const grant = EPHEMERAL.has(model)
          ? openedPayload(model, await deps.ephemeral.get(key))?.grantId
          : (await records.get(key))?.document.grant;
        if (grant !== undefined) return grant;
      }
    }
    return undefined;
  };

  return {
    async find(context: Context): Promise<GrantRecord | undefined> {
      for (const [name, models] of Object.entries(PRESENTED)) {
        const value = context.oidc.params?.[name];
        if (typeof value !== 'string') continue;
        const id = (await grantIdOf(context, value, models)) ?? (name === 'token' ? claimedGrant(value) : undefined);
        if (id !== undefined) return (await grants.get(id))?.document;
      }
      return undefined;
    },
  };
};

/** The claims of a JWT without a check of its signature, which happens where it matters. */
const claimedGrant = (token: string): string | undefined => {
  try {
    const { grant_id: grant } = decodeJwt(token);
    return typeof grant === 'string' && grant.length <= 128 ? grant : undefined;
  } catch {
    return undefined;
  }
};
