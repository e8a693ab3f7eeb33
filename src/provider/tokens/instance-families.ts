/**
 * A separate refresh token for an instance of an agent: an instance grant under an authorization of the agent. It has the
 * same rights and depends on the authorization. It ends with the authorization or with its instance, and nothing else ends
 * with it.
 */
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { AuditLog } from '../../domain/audit/audit-event.ts';
import { TOKEN_EXCHANGE } from '../../domain/clients/clients/grant-types.ts';
import type { Instance } from '../../domain/clients/instances/instance.ts';
import { instanceRefusal } from '../../domain/clients/instances/instance-refusals.ts';
import type { MasterKey } from '../../domain/platform/crypto/master-key.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { type DocumentStore, update } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import { extendChain } from '../../domain/vocabulary/actor-chain.ts';
import type { DomainError } from '../../domain/vocabulary/errors.ts';
import type { FamilyToMint, TokenResponse } from '../../extensions/extension.ts';
import { everythingIsKilled } from '../client-authentication/kill-gate.ts';
import type { PresentedInstances } from '../client-authentication/presented-instances.ts';
import type { ConsumptionRegistry } from '../seam/consumption-registry.ts';
import { postureOf } from '../seam/posture.ts';
import { GRANTS, type GrantRecord, heldAt, scopesWithout } from '../seam/records.ts';
import { requestEvent, sender } from '../seam/request-event.ts';
import type { factsOf } from '../seam/request-facts.ts';
import { handleDigest } from '../seam/token-handles.ts';
import { settle, unitOf } from '../seam/token-request-unit.ts';
import type { TokenLiveness } from './token-liveness.ts';

type TokenContext = {
  readonly req: Parameters<typeof factsOf>[0];
  readonly res: Parameters<typeof settle>[0]['res'];
  readonly oidc: { readonly client: InstanceType<Provider['Client']>; readonly route: string };
};

type GrantPayload = {
  readonly openid?: { readonly scope?: string };
  readonly resources?: Readonly<Record<string, string>>;
  readonly rejected?: { readonly openid?: { readonly scope?: string } };
  readonly exp: number;
};

export interface InstanceFamilies {
  /** Ends earlier grants of the instance under the same authorization. Throws DomainError when nothing can be issued. */
  mint(provider: Provider, ctx: TokenContext, family: FamilyToMint): Promise<TokenResponse>;
}

export const instanceFamilies = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: Pick<MasterKey, 'digest'>;
  readonly audit: AuditLog;
  readonly consumptions: ConsumptionRegistry;
  readonly liveness: Pick<TokenLiveness, 'grantLive' | 'killOf'>;
  readonly instances: Pick<PresentedInstances, 'used'>;
  readonly issuer: string;
  readonly refreshTokenTtlSeconds: number;
}): InstanceFamilies => {
  const { documents, clock, identifiers, masterKey, audit, consumptions, liveness, instances, issuer } = deps;
  const grants = documents.collection<GrantRecord>(GRANTS);

  const refuse = (reason: 'authorization_ended' | 'authorization_of_other_instance'): DomainError =>
    instanceRefusal(reason, { denial: { id: identifiers.newId('dny'), layer: 'grant', reason } });
  const isOver = () => refuse('authorization_ended');

  /** The authorization behind a live grant. Throws 'invalid_grant' for a grant of another instance. */
  const authorizationOf = async (id: string, instance: Instance): Promise<GrantRecord> => {
    const grant = await liveness.grantLive(id);
    if (!grant) throw isOver();
    if (grant.parent === undefined) return grant;
    if (grant.instance !== instance.id) {
      throw refuse('authorization_of_other_instance');
    }
    const parent = (await grants.get(grant.parent))?.document;
    if (!parent) throw isOver();
    return parent;
  };

  return {
    async mint(
      provider: Provider,
      ctx: TokenContext,
      { subject, grant, instance, parent, issuedTokenType }: FamilyToMint,
    ): Promise<TokenResponse> {
      const { client } = ctx.oidc;
      const authorization = await authorizationOf(grant, instance);
      const now = clock.now();
      const payload = authorization.payload as unknown as GrantPayload;
      const expiresIn = Math.min(payload.exp - now, deps.refreshTokenTtlSeconds);
      if (expiresIn < 1) throw new errors.InvalidGrant('nothing is left of the life of this authorization');
      const earlier = await grants.find({ where: { instance: instance.id }, limit: 1000 });
      const { endedAt: _, ...held } = authorization;
      const instanceGrant: GrantRecord = {
        ...held,
        id: identifiers.newId('grt'),
        parent: authorization.id,
        instance: instance.id,
      };
      const resources = Object.keys(payload.resources ?? {});
      const scopes = [
        ...scopesWithout(payload.openid?.scope, payload.rejected?.openid?.scope),
        ...resources.flatMap((resource) => heldAt(authorization, resource)),
      ];
      const scope = [...new Set(scopes)].filter((name) => name !== '').join(' ');
      const refreshToken = new provider.RefreshToken({
        accountId: subject,
        client,
        grantId: instanceGrant.id,
        gty: 'authorization_code',
        exp: now + expiresIn,
        expiresIn,
        ...(resources.length === 0 ? {} : { resource: resources.length === 1 ? resources[0] : resources }),
        scope,
      } as ConstructorParameters<typeof provider.RefreshToken>[0]);
      // Deferred until the event is durable.
      const value = await refreshToken.save();
      const unit = unitOf(ctx);
      unit.writes.push({
        async store() {
          await grants.insert({ ...instanceGrant, payload: { ...instanceGrant.payload, jti: instanceGrant.id } });
        },
        drop: () => grants.take(instanceGrant.id),
      });
      const chain = extendChain(client.clientId, issuer);
      await settle(ctx, unit, {
        consumptions,
        // It also stores a grant, in its own step.
        isTransactional: false,
        appendEvent: async () => {
          const token = {
            id: handleDigest(masterKey, 'RefreshToken', value),
            format: 'opaque',
            expiresAt: now + expiresIn,
            parent,
          } as const;
          const event = requestEvent(
            ctx,
            { type: 'token.issued', outcome: 'granted' },
            {
              sent: { ...sender(client.clientId), subject, grantType: TOKEN_EXCHANGE },
              result: {
                chain,
                grant: instanceGrant.id,
                scopeGiven: scope.split(' '),
                token,
                note: 'refresh token of an instance',
                inputs: postureOf(ctx),
              },
              decided: { instance: instance.id },
            },
          );
          await audit.append(event);
          return false;
        },
        check: async () => {
          const kill = await liveness.killOf({
            clientId: client.clientId,
            subject,
            chain,
            ownership: Number(client['behalf_ownership'] ?? 0),
          });
          if (kill === 'all') throw everythingIsKilled();
          if (kill) throw new errors.InvalidGrant('what this token would come from was stopped');
          await instances.used(ctx, instance);
        },
      });
      // Another caller may have ended the source since it was read. Then the instance gets nothing.
      const source = (await grants.get(authorization.id))?.document;
      if (!source || (grant !== authorization.id && (await grants.take(grant)) === undefined)) {
        await grants.take(instanceGrant.id);
        throw isOver();
      }
      // Another caller may have removed single rights from it. Then the instance grant gets the rest.
      if (rightsIn(source) !== rightsIn(authorization)) {
        await update(grants, instanceGrant.id, (made) => ({
          ...made,
          payload: { ...source.payload, exp: made.payload['exp'], jti: instanceGrant.id },
        }));
      }
      // One family for each authorization: an instance that lost its refresh token leaves no old family behind.
      for (const { document } of earlier) if (document.parent === authorization.id) await grants.take(document.id);
      return {
        access_token: value,
        issued_token_type: issuedTokenType,
        token_type: 'N_A',
        expires_in: expiresIn,
        scope,
        instance: instance.id,
      };
    },
  };
};

/** The rights that a caller can remove from an authorization, for comparison. */
const rightsIn = ({ payload }: GrantRecord): string => JSON.stringify([payload['rejected'], payload['details']]);
