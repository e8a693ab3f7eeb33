/** The members of a credential and their validation, and what the credentials of an agent imply together. */

import { type CertificateRule, checkCertificateRule } from '../../platform/certificates/certificate-rule.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import {
  type ClaimRules,
  checkClaimRules,
  checkTextRule,
  type TextRule,
} from '../../platform/remote-keys/claim-rules.ts';
import { keyRefusal } from '../../platform/remote-keys/key-refusals.ts';
import { checkReachable, operatorUrlsOf } from '../../platform/remote-keys/operator-urls.ts';
import { checkPublicKeys } from '../../platform/remote-keys/public-keys.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import { omit } from '../../vocabulary/omit.ts';
import { checkKeySource, type KeyUrlCheck } from '../clients/key-source.ts';
import { separatorsOf, type TrustedIssuer } from '../workload-identity/trusted-issuer.ts';
import { workloadsOf } from '../workload-identity/workloads.ts';
import type { Agent } from './agent.ts';
import { agentRefusal } from './agent-refusals.ts';
import { type Credential, type CredentialKind, type CredentialMaterial, credentialsOf, ofKind } from './credential.ts';

/** A credential as a caller gives it. `checkedMaterial` checks which members a kind needs. */
export type NewCredential = CertificateRule & {
  readonly kind: CredentialKind;
  readonly name?: string;
  readonly expiresAt?: number;
  readonly jwks?: JsonWebKeySet;
  readonly jwksUri?: string;
  readonly issuer?: string;
  readonly subject?: TextRule;
  readonly claims?: ClaimRules;
  readonly attester?: string;
  /** With kind mtls: certificates in PEM, each accepted on its own. */
  readonly certificates?: readonly string[];
};

export type CredentialCheckDeps = {
  readonly checkKeyUrl: KeyUrlCheck | undefined;
  readonly trustedIssuers: { get(id: string): Promise<{ readonly document: TrustedIssuer } | undefined> };
  readonly now: () => number;
};

const MOST_CREDENTIALS = 20;

/** The material as it is stored. Throws 'invalid_field' below `at`. */
export const checkedMaterial = async (
  deps: CredentialCheckDeps,
  given: NewCredential,
  at: string,
  isByRole = false,
): Promise<CredentialMaterial> => {
  const reach = { purpose: 'clientKeys', isByRole } as const;
  if (given.name !== undefined) checkText(given.name, `${at}/name`, 100);
  if (given.expiresAt !== undefined && given.expiresAt <= deps.now()) {
    throw fieldRefusal('time_is_past', { field: `${at}/expires_at` });
  }
  switch (given.kind) {
    case 'jwks': {
      if (!given.jwks) throw keyRefusal('keys_or_uri_missing', { field: `${at}/jwks` });
      return { kind: 'jwks', jwks: checkPublicKeys(given.jwks, `${at}/jwks`) };
    }
    case 'jwks_uri': {
      const { jwksUri } = given;
      if (jwksUri === undefined) throw keyRefusal('keys_or_uri_missing', { field: `${at}/jwks` });
      checkReachable(jwksUri, `${at}/jwks_uri`, deps.checkKeyUrl, reach);
      return { kind: 'jwks_uri', jwksUri };
    }
    case 'federated': {
      const issuer = (await deps.trustedIssuers.get(String(given.issuer ?? '')))?.document;
      if (issuer?.state !== 'active') {
        throw agentRefusal('credential_issuer_unknown', { field: `${at}/issuer` });
      }
      const separators = separatorsOf(issuer);
      const claims = given.claims && checkClaimRules(given.claims, `${at}/claims`, separators);
      return {
        kind: 'federated',
        issuer: issuer.id,
        subject: checkTextRule(given.subject, `${at}/subject`, separators),
        ...(claims && Object.keys(claims).length > 0 ? { claims } : {}),
      };
    }
    case 'mtls':
      return { kind: 'mtls', ...checkCertificateRule(given, at, deps.now()) };
    case 'attested': {
      const attester = checkText(String(given.attester ?? ''), `${at}/attester`, 512);
      return { kind: 'attested', attester, ...checkKeySource(given, undefined, deps.checkKeyUrl, { at, reach }) };
    }
    case 'secret':
      throw agentRefusal('secret_of_new_agent', { field: `${at}/kind` });
    default:
      throw agentRefusal('credential_kind_unknown', { field: `${at}/kind` });
  }
};

/**
 * The agent with these credentials beside its registered keys, and the members derived from them. Throws
 * 'invalid_field' when there are too many, or when a `kid` of its keys is ambiguous (RFC 8725 §3.2).
 */
export const withCredentials = (agent: Agent, credentials: readonly Credential[], at = '/credentials'): Agent => {
  const rest = omit(agent, 'credentials', 'workloads', 'credentialsEndAt', 'hasSecret');
  const next: Agent = { ...rest, ...(credentials.length > 0 ? { credentials } : {}) };
  checkKeysTogether(next, at);
  return withOperatorUrls({ ...next, ...derivedOf(next) }, agent);
};

/** URL of the keys of a credential, if it has one. */
export const keysUrlOf = (credential: CredentialMaterial | NewCredential): string | undefined =>
  'jwksUri' in credential ? credential.jwksUri : undefined;

/** The agent with `operatorUrls` for its current URLs. `entered`: the URLs that a caller with a role entered. */
export const withOperatorUrls = (
  agent: Agent,
  before: Pick<Agent, 'operatorUrls'> | undefined,
  entered: readonly (string | null | undefined)[] = [],
): Agent => {
  const { operatorUrls: _, ...rest } = agent;
  const urls = [rest.backchannelClientNotificationEndpoint, ...credentialsOf(agent).map(keysUrlOf)];
  return { ...rest, ...operatorUrlsOf(urls, before, entered) };
};

/** Throws 'invalid_field'. */
export const checkKeysTogether = (agent: Agent, at: string): void => {
  const all = credentialsOf(agent);
  if (all.length > MOST_CREDENTIALS) {
    throw agentRefusal('credentials_exceeded', { field: at, params: { most: MOST_CREDENTIALS } });
  }
  const kids = ofKind(all, 'jwks').flatMap(({ jwks }) => jwks.keys.map(({ kid }) => kid));
  if (kids.length > 1 && kids.includes(undefined)) {
    throw agentRefusal('credentials_need_kids', { field: at });
  }
  if (new Set(kids).size < kids.length) throw agentRefusal('credentials_repeat_kid', { field: at });
};

const derivedOf = (agent: Agent): Pick<Agent, 'workloads' | 'credentialsEndAt' | 'hasSecret'> => {
  const all = credentialsOf(agent);
  const workloads = workloadsOf(ofKind(all, 'federated'));
  const ends = all.flatMap(({ state, expiresAt }) => (state === 'expired' ? [] : (expiresAt ?? [])));
  return {
    ...(workloads.length > 0 ? { workloads } : {}),
    ...(ends.length > 0 ? { credentialsEndAt: Math.min(...ends) } : {}),
    ...(ofKind(all, 'secret').some(({ state }) => state !== 'expired') ? { hasSecret: true } : {}),
  };
};
