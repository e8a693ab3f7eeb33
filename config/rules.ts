/**
 * Rules over more than one setting: the form of an issuer, and contradicting values. Each rule returns all problems it
 * finds. production-rules.ts has what production forbids.
 */
import { isIP } from 'node:net';
import { brandProblems } from './brand.ts';
import type { Configuration } from './configuration.ts';
import type { Problem } from './problem.ts';
import { storeProblems } from './store-rules.ts';

/** Whether a host names this machine only: localhost, 127.0.0.0/8 or ::1, with or without brackets. */
export const isLoopbackHost = (host: string): boolean => {
  const plain = host.replace(/^\[|\]$/g, '').toLowerCase();
  return plain === 'localhost' || plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
};

/** Problems of values that are each valid by themselves. */
export const crossProblems = (configuration: Configuration): readonly Problem[] => [
  ...issuerProblems(configuration),
  ...listenerProblems(configuration),
  ...storeProblems(configuration),
  ...mailProblems(configuration),
  ...originProblems(configuration.registration.corsOrigins),
  ...Object.entries(configuration.egress.internalHosts).flatMap(([purpose, hosts]) =>
    hostProblems(`/egress/internalHosts/${purpose}`, hosts),
  ),
  ...hostProblems('/clientIdMetadata/hosts', configuration.clientIdMetadata.hosts),
  ...hostProblems(
    '/push/services',
    configuration.push.services.map((service) => service.replace(/^\*\./, '')),
  ),
  ...figureProblems(configuration),
  ...brandProblems(configuration),
];

const issuerProblems = ({ issuer, listen }: Configuration): readonly Problem[] => {
  const problem = (message: string, suggestion: string): Problem => ({ pointer: '/issuer', message, suggestion });
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return [problem('The issuer must be an absolute http or https URL.', 'Example: https://id.example.com')];
  }
  const problems: Problem[] = [];
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    problems.push(
      problem(
        'An http issuer is allowed on a loopback host only.',
        `Use https://${url.host}, or http://localhost for development.`,
      ),
    );
  }
  if (issuer.includes('?') || issuer.includes('#')) {
    problems.push(
      problem('The issuer has no query and no fragment (RFC 8414 §2).', 'Remove everything from ? or # on.'),
    );
  }
  if (url.username || url.password)
    problems.push(problem('The issuer has no user name and no password.', 'Remove all before @.'));
  if (issuer.endsWith('/'))
    problems.push(problem('The issuer has no slash at its end.', `Use ${issuer.replace(/\/+$/, '')}`));
  // Issuers are compared character by character (RFC 8414 §3.3), so only the form that every URL parser produces is
  // safe.
  const normal = `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;
  if (problems.length === 0 && issuer !== normal) {
    problems.push(problem('The issuer is not written in its normal form.', `Use ${normal}`));
  }
  if (url.protocol === 'http:' && listen.tls) {
    problems.push(
      problem('listen.tls is given, but the issuer is http.', 'Make the issuer https, or remove listen.tls.'),
    );
  }
  if (problems.length === 0 && url.port === '0') {
    problems.push(problem('With listen.port 0 the issuer is not known.', 'Give `issuer` (BEHALF_ISSUER), or a port.'));
  }
  return problems;
};

const listenerProblems = ({ listen, operations }: Configuration): readonly Problem[] => {
  const problems: Problem[] = listen.trustedProxies.flatMap((range, index) =>
    isAddressRange(range)
      ? []
      : [
          {
            pointer: `/listen/trustedProxies/${index}`,
            message: 'This is neither an address nor a CIDR range.',
            suggestion: 'Examples: 10.0.0.0/8, 192.0.2.7, fd00::/8',
          },
        ],
  );
  const { request, header } = listen.clientCertificates;
  if (request && !listen.tls) {
    problems.push({
      pointer: '/listen/clientCertificates/request',
      message: 'A certificate can only be asked for by a listener with TLS.',
      suggestion: 'Give listen.tls, or let a proxy hand certificates on and name listen.clientCertificates.header.',
    });
  }
  if (header !== undefined && listen.trustedProxies.length === 0) {
    problems.push({
      pointer: '/listen/clientCertificates/header',
      message: 'This header is believed from trusted proxies only, and there are none.',
      suggestion: 'Name the proxy in listen.trustedProxies.',
    });
  }
  if (operations.port !== 0 && operations.port === listen.port) {
    problems.push({
      pointer: '/operations/port',
      message: 'Health and metrics need a port of their own, apart from listen.port.',
      suggestion: `Use ${listen.port + 1}, for example.`,
    });
  }
  return problems;
};

/** Never quotes the URL, which may hold a password. */
const mailProblems = ({ mail: { smtpUrl, from } = {} }: Configuration): readonly Problem[] => {
  const problems: Problem[] = [];
  if (smtpUrl !== undefined) {
    const url = URL.canParse(smtpUrl) ? new URL(smtpUrl) : undefined;
    const isOne = url !== undefined && /^smtps?:$/.test(url.protocol) && url.hostname !== '';
    if (!isOne || !/^\/?$/.test(url.pathname) || url.search || url.hash) {
      problems.push({
        pointer: '/mail/smtpUrl',
        message: 'This is no URL of a mail server.',
        suggestion: 'It is smtps://user:password@host:465 or smtp://user:password@host:587, with nothing behind it.',
      });
    }
  }
  if (smtpUrl !== undefined && from === undefined) {
    problems.push({
      pointer: '/mail/from',
      message: 'There is a mail server, but no address that mail comes from.',
      suggestion: 'Give mail.from (BEHALF_MAIL_FROM), for example id@example.com.',
    });
  }
  if (
    from !== undefined &&
    !/^(?:[^<>@"\p{Cc}]{1,60} <[^\s<>@,;"]+@[^\s<>@,;"]+>|[^\s<>@,;"]+@[^\s<>@,;"]+)$/u.test(from)
  ) {
    problems.push({
      pointer: '/mail/from',
      message: 'This is no address that mail could come from.',
      suggestion: 'Examples: id@example.com, Behalf <id@example.com>',
    });
  }
  return problems;
};

/** Whether mail goes to a server on this machine, where it needs no TLS. */
export const isLocalMailServer = (smtpUrl: string): boolean => isLoopbackHost(new URL(smtpUrl).hostname);

/** A host as a URL parser writes it, with a port only when it is not that of https. */
const originProblems = (origins: readonly string[]): readonly Problem[] =>
  origins.flatMap((origin, index) => {
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    const isHttp = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
    if (isHttp && url?.origin === origin) return [];
    return [
      {
        pointer: `/registration/corsOrigins/${index}`,
        message: 'This is no origin of a page, or not in its normal form: https, or http on a loopback host.',
        suggestion: 'Examples: https://inspector.example.com, http://localhost:6274.',
      },
    ];
  });

const hostProblems = (pointer: string, hosts: readonly string[]): readonly Problem[] =>
  hosts.flatMap((host, index) => {
    const url = URL.canParse(`https://${host}/`) ? new URL(`https://${host}/`) : undefined;
    if (url?.host === host.toLowerCase() && !host.endsWith('.') && !host.includes('*')) return [];
    const meant = url && !/[@/?#\\*]/.test(host) ? ` Use ${url.host.replace(/\.$/, '')}` : '';
    return [
      {
        pointer: `${pointer}/${index}`,
        message: 'This is no host, or not in its normal form.',
        suggestion: `Examples: issuer.example.internal, issuer.example.internal:8443, [fd00::1].${meant}`,
      },
    ];
  });

const isAddressRange = (range: string): boolean => {
  const [address = '', bits, ...rest] = range.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
};

const figureProblems = (configuration: Configuration): readonly Problem[] => {
  const { tokens, keys, delegation, passwords, administrator } = configuration;
  const problems: Problem[] = [];
  if (keys.retireSeconds < tokens.idTokenTtlSeconds) {
    problems.push({
      pointer: '/keys/retireSeconds',
      message: 'ID tokens would outlive the key that verifies them.',
      suggestion: `Use at least tokens.idTokenTtlSeconds, ${tokens.idTokenTtlSeconds}.`,
    });
  }
  if (delegation.defaultDurationSeconds > delegation.maxDurationSeconds) {
    problems.push({
      pointer: '/delegation/defaultDurationSeconds',
      message: `A delegation cannot last ${delegation.defaultDurationSeconds} seconds by default when delegation.maxDurationSeconds is ${delegation.maxDurationSeconds}.`,
      suggestion: 'Lower the first or raise the second.',
    });
  }
  if (tokens.devicePollIntervalSeconds >= tokens.deviceCodeTtlSeconds) {
    problems.push({
      pointer: '/tokens/devicePollIntervalSeconds',
      message: 'A device could not poll even once before its code ends.',
      suggestion: 'Make it less than tokens.deviceCodeTtlSeconds.',
    });
  }
  if (passwords.argon2MemoryKib < 8 * passwords.argon2Parallelism) {
    problems.push({
      pointer: '/passwords/argon2MemoryKib',
      message: 'Argon2 needs at least 8 KiB for each lane (RFC 9106 §3.1).',
      suggestion: `Use at least ${8 * passwords.argon2Parallelism}.`,
    });
  }
  if (administrator.password !== undefined && [...administrator.password].length < passwords.minimumLength) {
    problems.push({
      pointer: '/administrator/password',
      message: `The password is shorter than passwords.minimumLength, ${passwords.minimumLength} characters.`,
      suggestion: 'Choose a longer one.',
    });
  }
  return problems;
};
