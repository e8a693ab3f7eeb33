/**
 * A token before it exists: the members of oidc-provider's models that this folder reads, and the prepared claims and facts.
 */
import type { AuditEvent } from '../../domain/audit/audit-event.ts';
import type { Instance } from '../../domain/clients/instances/instance.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { DelegatingParticipant } from '../../domain/ports/issued-tokens.ts';
import type { DetailAmount } from '../../domain/resources/authorization-details/narrowed-details.ts';
import type { Detail } from '../../domain/vocabulary/detail-type.ts';
import { DomainError, type DomainErrorCode, type Layer, type Remedy } from '../../domain/vocabulary/errors.ts';

/** The part of oidc-provider's token models that this folder reads. */
export type ProviderToken = {
  readonly kind: string;
  readonly jti: string;
  readonly accountId?: string;
  readonly clientId?: string;
  readonly grantId?: string;
  readonly aud?: string | string[];
  scope?: string;
  readonly exp?: number;
  /** Thumbprint of the key of the DPoP proof. */
  readonly jkt?: string;
  readonly expiration: number;
  /** Set by oidc-provider before it asks for our claims. */
  readonly format?: 'jwt' | 'opaque';
  readonly resourceServer?: { readonly accessTokenFormat?: string };
};

/** Claims and audit facts of one token. `parent`: id of the token that it was exchanged from. */
export type Prepared = {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly facts: Partial<AuditEvent>;
  readonly parent?: string;
  /** Amounts of its authorization details. Absent: those of the decision, for oidc-provider's own grants. */
  readonly amounts?: readonly DetailAmount[];
  readonly instance?: Instance | undefined;
  /** The other participants of the transaction on whose authority it depends. */
  readonly participants?: readonly DelegatingParticipant[] | undefined;
};

/** The claim of a token that needs the authority of several people: the delegation of each, that of the subject first. */
export const delegationsMember = (
  own: string | undefined,
  participants: readonly DelegatingParticipant[] | undefined,
): { readonly delegations?: readonly string[] } =>
  own === undefined || participants === undefined || participants.length === 0
    ? {}
    : { delegations: [own, ...participants.map(({ delegation }) => delegation)] };

/** The same for the audit log, which names the people, too. */
export const participantInputs = (
  participants: readonly DelegatingParticipant[] | undefined,
): Pick<AuditEvent, 'inputs'> => (participants?.length ? { inputs: { delegations: participants } } : {});

/** Values that may name people, so that the audit log can erase their content. */
export const personalDetails = (details: readonly Detail[] | undefined): Pick<AuditEvent, 'personal'> =>
  details === undefined || details.length === 0 ? {} : { personal: { details: JSON.stringify(details) } };

/** A refusal of a token, with its denial (decision D6). */
type RefuseToken = (
  code: DomainErrorCode,
  layer: Layer,
  reason: string,
  text: string,
  remedies?: readonly Remedy[],
) => DomainError;

export const refusingTokens =
  (identifiers: Pick<Identifiers, 'newId'>): RefuseToken =>
  (code, layer, reason, text, remedies = []) =>
    new DomainError(code, text, {
      denial: { id: identifiers.newId('dny'), layer, reason, ...(remedies.length > 0 ? { remedies } : {}) },
    });
