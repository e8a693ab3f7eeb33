/**
 * Determines which instance of an agent sends a request: the one whose key signed the client assertion or was attested, else
 * the one whose key signed the DPoP proof. An agent need not have instances.
 */
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { credentialRefusal } from '../../domain/clients/agents/credential-refusals.ts';
import type { Instance } from '../../domain/clients/instances/instance.ts';
import type { InstanceRegistry } from '../../domain/clients/instances/instance-registry.ts';
import type { DocumentStore, Found } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import { GRANTS, type GrantRecord } from '../seam/records.ts';
import { factsOf } from '../seam/request-facts.ts';
import type { OfRequest } from '../seam/request-state.ts';
import type { PresentedCredentials } from './presented-credentials.ts';

type Context = { readonly req: Parameters<typeof factsOf>[0] };

type Bound = { readonly attestationJkt?: string } | undefined;

/** Credentials that may be bound to an attested key. */
type Presenting = {
  readonly oidc: {
    readonly entities: {
      readonly RefreshToken?: Bound;
      readonly AuthorizationCode?: Bound;
      readonly DeviceCode?: Bound;
    };
  };
};

export interface PresentedInstances {
  /** The instance that sends the request, if there is one. `jkt`: thumbprint of the key of the DPoP proof, if there is one. */
  of(of: OfRequest, clientId: string, jkt: string | undefined): Promise<Instance | undefined>;

  /**
   * Throws 'invalid_grant' when the refresh token belongs to another instance than the sender. Throws it also when the
   * refresh token or code is bound to an attested key that the request does not prove.
   */
  checkHolder(of: OfRequest, grant: string | undefined, instance: Instance | undefined): Promise<void>;

  /** Call it before the instance gets a token. Prolongs its life. */
  used(context: Context, instance: Instance | undefined): Promise<void>;
}

export const presentedInstances = (deps: {
  readonly documents: DocumentStore;
  readonly identifiers: Identifiers;
  readonly instances: Pick<InstanceRegistry, 'running' | 'used'>;
  readonly presented: Pick<PresentedCredentials, 'instanceIn' | 'attestedKeyIn'>;
  /** Agents in their effective state. */
  readonly agents: { get(id: string): Found<Agent> };
}): PresentedInstances => {
  const { documents, identifiers, instances, presented, agents } = deps;
  const grants = documents.collection<GrantRecord>(GRANTS);

  return {
    async of(context: OfRequest, clientId: string, jkt: string | undefined): Promise<Instance | undefined> {
      const signer = presented.instanceIn(context);
      if (signer?.agent === clientId) return signer;
      const agent = jkt === undefined || !clientId.startsWith('agt_') ? undefined : await agents.get(clientId);
      return agent && jkt !== undefined ? instances.running(agent.document, jkt) : undefined;
    },

    async checkHolder(context: OfRequest, grant: string | undefined, instance: Instance | undefined): Promise<void> {
      const holder = grant === undefined ? undefined : (await grants.get(grant))?.document.instance;
      const {
        RefreshToken: token,
        AuthorizationCode: code,
        DeviceCode: device,
      } = (context as unknown as Presenting).oidc.entities;
      const key = (token ?? code ?? device)?.attestationJkt;
      const isKeyProven = key === undefined || key === presented.attestedKeyIn(context);
      if (isKeyProven && (holder === undefined || holder === instance?.id)) return;
      throw credentialRefusal('instance_not_proven', {
        denial: { id: identifiers.newId('dny'), layer: 'grant', reason: 'instance_not_proven' },
      });
    },

    async used({ req }: Context, instance: Instance | undefined): Promise<void> {
      if (instance) await instances.used(instance, { caller: instance.agent, request: factsOf(req).id });
    },
  };
};
