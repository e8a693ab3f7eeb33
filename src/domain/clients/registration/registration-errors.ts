import type { Denial, DomainError } from '../../vocabulary/errors.ts';
import { wireMember } from './client-metadata.ts';

/** The response to a refusal: RFC 7591 §3.2.2, RFC 6750 §3.1. */
export type RegistrationError = {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly denial?: Denial;
};

/** The error code for a refused member of a registration. */
const metadataError = (member: string): string => {
  if (member.startsWith('redirect_uris')) return 'invalid_redirect_uri';
  return member.startsWith('software_statement') ? 'invalid_software_statement' : 'invalid_client_metadata';
};

/** Every refusal of a registration. Wrong metadata is 400 and names the member. */
export const registrationError = ({ code, field, message, denial }: DomainError): RegistrationError => {
  const member = field === undefined ? undefined : wireMember(field);
  const description = member === undefined ? message : `${member}: ${message}`;
  // A denial by policy, for which RFC 7591 has no error code.
  if (denial) return { status: 403, error: 'access_denied', description: message, denial };
  switch (code) {
    case 'unauthenticated':
    case 'not_found':
      return { status: 401, error: 'invalid_token', description: message };
    case 'forbidden':
      return { status: 403, error: 'insufficient_scope', description };
    case 'access_denied':
      return { status: 400, error: 'unapproved_software_statement', description };
    case 'too_many_requests':
      return { status: 429, error: 'temporarily_unavailable', description: message };
    case 'unavailable':
      return { status: 503, error: 'temporarily_unavailable', description: message };
    case 'precondition_failed':
      return { status: 409, error: 'invalid_client_metadata', description: message };
    default:
      return { status: 400, error: metadataError(member ?? ''), description };
  }
};
