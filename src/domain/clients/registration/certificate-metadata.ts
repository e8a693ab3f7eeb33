/** How the certificates of a client are identified, in the spelling of RFC 8705 §2.1.2. */

import type { CertificateRule } from '../../platform/certificates/certificate-rule.ts';
import type { Agent } from '../agents/agent.ts';
import { credentialsOf, ofKind } from '../agents/credential.ts';
import type { Client } from '../clients/client.ts';
import { registrationRefusal } from './registration-refusals.ts';

const WIRE = {
  subjectDn: 'tls_client_auth_subject_dn',
  sanDns: 'tls_client_auth_san_dns',
  sanUri: 'tls_client_auth_san_uri',
  sanEmail: 'tls_client_auth_san_email',
  sanIp: 'tls_client_auth_san_ip',
} as const satisfies Partial<Record<keyof CertificateRule, string>>;

type Name = keyof typeof WIRE;
export type CertificateName = { readonly [name in Name]?: string };

const names = Object.keys(WIRE) as readonly Name[];

/** The one requested name. Throws 'invalid_field' when there are more. */
export const readCertificateName = (text: (member: string) => string | undefined): CertificateName | undefined => {
  const given = names.flatMap((name) => {
    const value = text(WIRE[name]);
    return value === undefined ? [] : [{ name, value }];
  });
  const [first, second] = given;
  if (second) throw registrationRefusal('certificate_named_twice', { field: `/${WIRE[second.name]}` });
  return first && { [first.name]: first.value };
};

/** Refuses a name without the method, and the method without a name. */
export const checkCertificateName = (asked: {
  readonly authMethod?: string;
  readonly certificate?: CertificateName;
}): void => {
  const { authMethod, certificate } = asked;
  if (authMethod !== 'tls_client_auth') {
    if (certificate) throw registrationRefusal('certificate_name_unused', { field: `/${memberOf(certificate)}` });
    return;
  }
  if (!certificate) {
    throw registrationRefusal('certificate_name_needed', {
      field: `/${WIRE.subjectDn}`,
      params: { members: Object.values(WIRE).join(', ') },
    });
  }
};

/** The keys of an agent are a separate credential, which its owner adds. */
export const checkNoKeysBeside = ({ jwks, jwksUri }: { readonly jwks?: unknown; readonly jwksUri?: unknown }): void => {
  for (const [member, keys] of Object.entries({ jwks, jwks_uri: jwksUri })) {
    if (keys !== undefined) throw registrationRefusal('certificate_keys_beside', { field: `/${member}` });
  }
};

const memberOf = (certificate: CertificateName): string =>
  WIRE[names.find((name) => certificate[name] !== undefined) ?? 'subjectDn'];

/** The name in a registered rule. Absent when RFC 8705 has no member for it. */
const nameOf = (rule: CertificateRule | undefined): CertificateName | undefined => {
  const name = names.find((one) => rule?.[one] !== undefined);
  return name && rule && { [name]: rule[name] };
};

/** The certificate name of an agent that registered without keys. */
const certificateNameOf = (party: Agent | Client): CertificateName | undefined => {
  if (!('resourceServers' in party)) return nameOf(party.certificate);
  if (party.jwks !== undefined || party.jwksUri !== undefined) return undefined;
  return ofKind(credentialsOf(party), 'mtls')
    .map(nameOf)
    .find((name) => name !== undefined);
};

/** The authentication method an agent registered with. */
export const agentAuthMethod = (agent: Agent): 'private_key_jwt' | 'tls_client_auth' =>
  certificateNameOf(agent) ? 'tls_client_auth' : 'private_key_jwt';

export const shownCertificateName = (party: Agent | Client): Readonly<Record<string, unknown>> => {
  const certificate = certificateNameOf(party);
  return certificate ? { [memberOf(certificate)]: Object.values(certificate)[0] } : {};
};

/** A replacement must repeat the certificate name: only the owner can add another one. */
export const checkSameCertificate = (
  party: Agent | Client,
  asked: { readonly certificate?: CertificateName },
): void => {
  if (asked.certificate === undefined) return;
  if (JSON.stringify(asked.certificate) !== JSON.stringify(certificateNameOf(party))) {
    throw registrationRefusal('credentials_changed_by_owner', { field: `/${memberOf(asked.certificate)}` });
  }
};

/**
 * Translates pointers of the registries, `certificate/san_dns` and `credentials/0/san_dns`, to the member on
 * the wire.
 */
export const certificateMember = (field: string): string | undefined => {
  const [, name] = /^\/?(?:certificate|credentials\/\d+)\/(subject_dn|san_\w+)$/.exec(field) ?? [];
  return name && `tls_client_auth_${name}`;
};
