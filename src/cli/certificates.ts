/** Options of commands for the certificates by which a client authenticates (RFC 8705). */
import { readFileSync } from 'node:fs';
import { type Call, type Option, usageError } from './command.ts';
import type { Json } from './management-client.ts';
import { texts } from './members.ts';

export const CERTIFICATE = {
  'subject-dn': {
    value: 'DN',
    description: 'Subject of the certificate, most specific part first: CN=booker,O=Example.',
  },
  'san-dns': { value: 'NAME', description: 'DNS name in the certificate.' },
  'san-uri': { value: 'URI', description: 'URI in the certificate.' },
  'san-email': { value: 'ADDRESS', description: 'E-mail address in the certificate.' },
  'san-ip': { value: 'ADDRESS', description: 'IP address in the certificate.' },
  'spiffe-id': {
    value: 'URI',
    description: 'SPIFFE ID in the certificate. Each * matches one part of the path, or the rest of one part.',
  },
  certificate: {
    value: 'FILE',
    description: 'Certificate in PEM, registered individually. It needs no certificate authority.',
    isRepeatable: true,
  },
} as const satisfies Record<string, Option>;

/** The certificate rule as an API member; undefined without any of its options. Throws a usage error for more than one kind. */
export const certificateRule = (call: Call): Json | undefined => {
  const files = call.texts('certificate');
  const ways = {
    ...texts(call, {
      'subject-dn': 'subject_dn',
      'san-dns': 'san_dns',
      'san-uri': 'san_uri',
      'san-email': 'san_email',
      'san-ip': 'san_ip',
    }),
    ...(files.length === 0 ? {} : { certificates: files.map(pemIn) }),
  };
  const spiffe = call.text('spiffe-id');
  const given = Object.keys(ways).length + (spiffe === undefined ? 0 : 1);
  if (given > 1) throw usageError('A certificate is known in one way.', `Give one of ${OPTIONS}.`);
  if (given === 0) return undefined;
  return spiffe === undefined ? ways : spiffeRule(spiffe);
};

const OPTIONS = Object.keys(CERTIFICATE)
  .map((option) => `--${option}`)
  .join(', ');

export const neededRule = (call: Call): Json => {
  const rule = certificateRule(call);
  if (!rule) throw usageError('How its certificate is known is missing.', `Give one of ${OPTIONS}.`);
  return rule;
};

/** The authentication method of a client with this rule. */
export const certificateMethod = (rule: Json): string =>
  Object.hasOwn(rule, 'certificates') ? 'self_signed_tls_client_auth' : 'tls_client_auth';

const spiffeRule = (id: string): Json => {
  const [, trustDomain, path] = /^spiffe:\/\/([^/]+)(\/.+)$/.exec(id) ?? [];
  if (trustDomain === undefined || path === undefined) {
    throw usageError(`--spiffe-id ${id} is none.`, 'Example: spiffe://prod.example.com/ns/travel/sa/booker');
  }
  return { spiffe_trust_domain: trustDomain, spiffe_path: path.includes('*') ? { like: path } : { equals: path } };
};

const pemIn = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw usageError(`${file} cannot be read.`);
  }
};
