/** The configured sources of client certificates. Called by compose.ts. */
import { readFileSync } from 'node:fs';
import type { Configuration } from '../../config/configuration.ts';
import { authoritiesIn } from '../domain/platform/certificates/client-certificate.ts';
import type { Clock } from '../domain/ports/clock.ts';
import { type CertificateSource, certificateSource } from '../http/client-certificates.ts';

/** Throws an Error that names the setting when its file cannot be used. */
export const certificatesOf = ({ listen }: Configuration, clock: Clock): CertificateSource => {
  const { header, authoritiesFile } = listen.clientCertificates;
  return certificateSource({
    clock,
    header: header?.toLowerCase(),
    authorities: authoritiesFile === undefined ? undefined : authoritiesOf(authoritiesFile),
  });
};

const authoritiesOf = (file: string) => {
  try {
    const authorities = authoritiesIn(readFileSync(file, 'utf8'));
    if (authorities.count > 0) return authorities;
  } catch (cause) {
    throw new Error('the file that listen.clientCertificates.authoritiesFile names cannot be read', { cause });
  }
  throw new Error('the file that listen.clientCertificates.authoritiesFile names has no certificate');
};
