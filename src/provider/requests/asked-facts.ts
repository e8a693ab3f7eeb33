import type { AuditEvent } from '../../domain/audit/audit-event.ts';

const MOST_SCOPE_CHARACTERS = 2000;
const MOST_RESOURCE_CHARACTERS = 512;

/**
 * The beginning of a grant type that has its syntax (RFC 6749, appendix A.10), without characters that could begin the next
 * parameter. A form with a wrong separator carries all that follows in it, client secret and assertion included.
 */
const GRANT_TYPE = /^[\w.:/-]{0,128}/;

/** A text up to its first control character, which separates the parameters of a form that was written wrongly. */
const firstLine = (text: string): string => text.split(/\p{Cc}/u, 1)[0] ?? '';

/** The grant type of a request for its event. It may be any text. */
export const askedGrantType = (
  params: Readonly<Record<string, unknown>> | undefined,
): Pick<AuditEvent, 'grantType'> => {
  const grantType = params?.['grant_type'];
  return typeof grantType === 'string' ? { grantType: GRANT_TYPE.exec(grantType)?.[0] ?? '' } : {};
};

/** The request's parameters for its event, cut to a limit because they may be unchecked. */
export const askedFacts = (
  params: Readonly<Record<string, unknown>> | undefined,
): Pick<AuditEvent, 'scopeAsked' | 'resource'> => {
  const { scope, resource } = params ?? {};
  return {
    ...(typeof scope === 'string' && scope !== ''
      ? { scopeAsked: firstLine(scope).slice(0, MOST_SCOPE_CHARACTERS).split(' ') }
      : {}),
    ...(typeof resource === 'string' ? { resource: firstLine(resource).slice(0, MOST_RESOURCE_CHARACTERS) } : {}),
  };
};
