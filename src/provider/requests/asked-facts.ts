import type { AuditEvent } from '../../domain/audit/audit-event.ts';

const MOST_SCOPE_CHARACTERS = 2000;
const MOST_RESOURCE_CHARACTERS = 512;

/** The request's parameters for its event, cut to a limit because they may be unchecked. */
export const askedFacts = (
  params: Readonly<Record<string, unknown>> | undefined,
): Pick<AuditEvent, 'scopeAsked' | 'resource'> => {
  const { scope, resource } = params ?? {};
  return {
    ...(typeof scope === 'string' && scope !== ''
      ? { scopeAsked: scope.slice(0, MOST_SCOPE_CHARACTERS).split(' ') }
      : {}),
    ...(typeof resource === 'string' ? { resource: resource.slice(0, MOST_RESOURCE_CHARACTERS) } : {}),
  };
};
