/** The facts about the credential in a request, which client-authentication/presented-credentials.ts determines. */
import type { IncomingMessage } from 'node:http';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { PresentedComposition } from '../../domain/clients/agents/composition.ts';
import type { Proof } from '../../domain/clients/agents/workload-identity.ts';
import type { GivenAttestation } from '../../domain/clients/attestation/client-attestation.ts';
import type { Instance } from '../../domain/clients/instances/instance.ts';
import type { ClientCertificate } from '../../domain/platform/certificates/client-certificate.ts';

/** A credential of an agent that is no client assertion. */
export type OtherProof = { readonly clientId: string } & (
  | { readonly kind: 'secret'; readonly value: string; readonly isBasic: boolean }
  | { readonly kind: 'certificate'; readonly certificate: ClientCertificate }
);

/** With the request that presents it. */
export type AttestedProof = GivenAttestation & {
  readonly kind: 'attestation';
  readonly clientId: string;
  readonly request: IncomingMessage;
};

/** The part of oidc-provider's key store that a signature check uses. */
export type KeyStore = {
  selectForVerify(options: object): readonly object[];
  getKeyObject(key: object, isPublic: boolean): unknown;
};

/**
 * The owner of a key: a credential of an agent, or an instance of it. `composition`: what the attester of the key says that the
 * instance runs with.
 */
export type KeyOwner = {
  readonly credential?: string;
  readonly instance?: Instance;
  readonly composition?: PresentedComposition;
};

export type PresentedCredential = {
  /** A token of a platform, as received. */
  readonly workloadToken?: string;
  /** A credential that is no assertion. */
  readonly other?: OtherProof | AttestedProof;
  /** In place of a missing client_id. */
  readonly placeholder?: string;
  agent?: string;
  /** That agent in its effective state, as it was read for this request. */
  effective?: Agent;
  proof?: Proof;
  /** The owner of the matching key. */
  source?: KeyOwner;
  /** With what the agent runs, as its own assertion or the attester of its key says. */
  composition?: PresentedComposition | undefined;
};
