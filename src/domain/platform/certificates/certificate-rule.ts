/** Rules for the certificates of an agent: one rule for each credential. */
import { raise } from '../../vocabulary/refusals.ts';
import { checkTextRule, fitsText, type TextRule } from '../remote-keys/claim-rules.ts';
import { alternativeNames, distinguishedName, isSameName, plainIp, subjectName } from './certificate-names.ts';
import { certificateRefusal } from './certificate-refusals.ts';
import { type ClientCertificate, isWithinTime, readCertificate, thumbprintOf } from './client-certificate.ts';

/**
 * Exactly one of three:
 * - a name in a certificate of a configured authority (`tls_client_auth`);
 * - a SPIFFE ID in such a certificate;
 * - the certificates themselves (`self_signed_tls_client_auth`).
 */
export type CertificateRule = {
  /** RFC 4514, most specific part first. */
  readonly subjectDn?: string;
  readonly sanDns?: string;
  readonly sanUri?: string;
  readonly sanEmail?: string;
  readonly sanIp?: string;
  /** X.509-SVID of this trust domain, with `spiffePath`. */
  readonly spiffeTrustDomain?: string;
  /** Including its leading slash; `/` separates its parts. */
  readonly spiffePath?: TextRule;
  /** `x5t#S256` of each. */
  readonly thumbprints?: readonly string[];
};

/** As registered: with the certificates instead of their thumbprints. */
export type NewCertificateRule = CertificateRule & { readonly certificates?: readonly string[] };

const NAMES = ['subjectDn', 'sanDns', 'sanUri', 'sanEmail', 'sanIp'] as const;
const MOST_CERTIFICATES = 5;
const PATH_SEPARATORS = '/';
const WIRE = {
  subjectDn: 'subject_dn',
  sanDns: 'san_dns',
  sanUri: 'san_uri',
  sanEmail: 'san_email',
  sanIp: 'san_ip',
} as const;

/** How clients and resource servers authenticate with a certificate (RFC 8705 §2). */
export const CERTIFICATE_METHODS = ['tls_client_auth', 'self_signed_tls_client_auth'] as const;
export type CertificateMethod = (typeof CERTIFICATE_METHODS)[number];

const usesCertificate = (method: string): boolean => CERTIFICATE_METHODS.some((known) => known === method);

/**
 * The rule of a client with this method: the given one, or else the previous one. Throws 'invalid_field' when it
 * needs a rule, needs none, or needs the other kind.
 */
export const certificateFor = (
  method: string,
  given: NewCertificateRule | undefined,
  before: CertificateRule | undefined,
  now: number,
): { readonly certificate?: CertificateRule } => {
  const at = '/certificate';
  if (!usesCertificate(method)) {
    return given === undefined
      ? {}
      : raise(
          certificateRefusal('certificate_method_wrong', {
            field: at,
            params: { methods: CERTIFICATE_METHODS.join(' or ') },
          }),
        );
  }
  if (given === undefined) {
    return before ? { certificate: before } : raise(certificateRefusal('certificate_missing', { field: at }));
  }
  const certificate = checkCertificateRule(given, at, now, at);
  if ((certificate.thumbprints === undefined) !== (method === 'tls_client_auth')) {
    throw certificateRefusal('certificate_kind_wrong', { field: at });
  }
  return { certificate };
};

/** The rule as it is stored. Throws 'invalid_field' below `at`, and at `whole` when it is not exactly one of these. */
export const checkCertificateRule = (
  given: NewCertificateRule,
  at: string,
  now: number,
  whole = `${at}/kind`,
): CertificateRule => {
  const { certificates, spiffeTrustDomain, spiffePath } = given;
  const named = NAMES.filter((name) => given[name] !== undefined);
  const ways = named.length + (certificates === undefined ? 0 : 1) + (spiffeTrustDomain === undefined ? 0 : 1);
  if (ways !== 1 || given.thumbprints !== undefined) {
    throw certificateRefusal('certificate_known_twice', { field: whole });
  }
  if (spiffePath !== undefined && spiffeTrustDomain === undefined) {
    throw certificateRefusal('spiffe_path_alone', { field: `${at}/spiffe_path` });
  }
  if (certificates !== undefined) return { thumbprints: thumbprintsOf(certificates, `${at}/certificates`, now) };
  if (spiffeTrustDomain !== undefined) {
    if (!/^[a-z0-9._-]{1,255}$/.test(spiffeTrustDomain)) {
      throw certificateRefusal('spiffe_trust_domain_malformed', { field: `${at}/spiffe_trust_domain` });
    }
    return { spiffeTrustDomain, spiffePath: checkTextRule(spiffePath, `${at}/spiffe_path`, PATH_SEPARATORS) };
  }
  const [name] = named;
  const value = name === undefined ? undefined : given[name];
  if (name === undefined || value === undefined) throw certificateRefusal('certificate_name_missing', { field: whole });
  if (!isName(name, value)) throw certificateRefusal('certificate_name_malformed', { field: `${at}/${WIRE[name]}` });
  return { [name]: value };
};

const isName = (name: (typeof NAMES)[number], value: string): boolean => {
  if (value.length > 512) return false;
  if (name === 'subjectDn') return (distinguishedName(value)?.length ?? 0) > 0;
  if (name === 'sanIp') return plainIp(value) !== undefined;
  if (name === 'sanUri') return URL.canParse(value);
  if (name === 'sanEmail') return /^[^\s@]+@[^\s@]+$/.test(value);
  // There are no patterns: the value is compared as a whole.
  return value.split('.').every((label) => /^[A-Za-z0-9_-]+$/.test(label));
};

const thumbprintsOf = (certificates: readonly string[], at: string, now: number): readonly string[] => {
  if (certificates.length === 0 || certificates.length > MOST_CERTIFICATES) {
    throw certificateRefusal('certificates_count_wrong', { field: at, params: { most: MOST_CERTIFICATES } });
  }
  const thumbprints = certificates.map((pem, index) => {
    const certificate = readCertificate(pem);
    if (!certificate) throw certificateRefusal('certificate_unreadable', { field: `${at}/${index}` });
    if (Date.parse(certificate.validTo) <= now * 1000) {
      throw certificateRefusal('certificate_expired', { field: `${at}/${index}` });
    }
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
      throw certificateRefusal('certificate_key_too_short', { field: `${at}/${index}` });
    }
    return thumbprintOf(certificate);
  });
  return [...new Set(thumbprints)];
};

/** The check that a certificate fails, for the owner. Undefined when the certificate is valid. */
export const certificateLack = (
  rule: CertificateRule,
  { x509, thumbprint, isVouched }: ClientCertificate,
  now: number,
): string | undefined => {
  if (!isWithinTime(x509, now)) return 'time: it is not valid now';
  if (rule.thumbprints) return rule.thumbprints.includes(thumbprint) ? undefined : 'it is none of those registered';
  if (!isVouched) return 'trust: no configured authority vouches for it';
  const { dns, uri, email, ip } = alternativeNames(x509.subjectAltName);
  if (rule.spiffeTrustDomain !== undefined) return spiffeLack(rule, x509.ca, uri);
  const isNamed =
    rule.subjectDn !== undefined
      ? isSameName(distinguishedName(rule.subjectDn), subjectName(x509.subject))
      : rule.sanDns !== undefined
        ? dns.some((one) => one.toLowerCase() === rule.sanDns?.toLowerCase())
        : rule.sanUri !== undefined
          ? uri.includes(rule.sanUri)
          : rule.sanEmail !== undefined
            ? email.includes(rule.sanEmail)
            : rule.sanIp !== undefined && ip.some((one) => plainIp(one) === plainIp(rule.sanIp ?? ''));
  return isNamed ? undefined : 'name: it is not the registered one';
};

/** X.509-SVID §2, §5.2: a leaf with exactly one URI, which is the SPIFFE ID. */
const spiffeLack = (
  { spiffeTrustDomain, spiffePath }: CertificateRule,
  isAuthority: boolean,
  uris: readonly string[],
): string | undefined => {
  const [uri, more] = uris;
  if (uri === undefined || more !== undefined || isAuthority) return 'spiffe: it is no X.509-SVID of a workload';
  const [, trustDomain, path] = /^spiffe:\/\/([a-z0-9._-]+)(\/[A-Za-z0-9._/-]+)$/.exec(uri) ?? [];
  const isWhole = path
    ?.slice(1)
    .split('/')
    .every((part) => !['', '.', '..'].includes(part));
  if (trustDomain === undefined || path === undefined || !isWhole) return 'spiffe: its SPIFFE ID is not well formed';
  if (trustDomain !== spiffeTrustDomain) return 'spiffe: it is of another trust domain';
  return spiffePath && fitsText(spiffePath, path, PATH_SEPARATORS)
    ? undefined
    : 'spiffe: its path does not fit the rule';
};
