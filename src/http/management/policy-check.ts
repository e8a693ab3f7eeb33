import type { AuditEvent, AuditLog } from '../../domain/audit/audit-event.ts';
import type { ServerUse } from '../../domain/authority/decision/server-use.ts';
import type { Administration } from '../../domain/authority/decision/server-use-question.ts';
import type { By } from '../../domain/platform/registries/registered-documents.ts';
import type { RouteDeclaration } from './route.ts';

/** Returns a function that records the permitted call. Run that function before the action. */
export type PolicyCheck = (
  operation: string,
  route: RouteDeclaration,
  call: { readonly id: string; readonly caller: { readonly id: string }; readonly by: By },
) => Promise<() => Promise<void>>;

const NOTHING = async (): Promise<void> => undefined;

/**
 * The policy layer before a call that changes something; it follows the role check. The input is not a fact of the decision:
 * a caller without permission does not learn what is wrong with the input. Throws as `administer` of
 * src/domain/authority/decision/server-use.ts.
 */
export const policyCheck =
  ({ use, audit }: { readonly use: Pick<ServerUse, 'administer'>; readonly audit: AuditLog }): PolicyCheck =>
  async (operation, route, { id, caller, by }) => {
    if (route.policy !== 'administer' || (route.self && caller.id === id)) return NOTHING;
    const permitted = await use.administer(administrationOf(operation, route, id), by);
    if (!permitted) return NOTHING;
    return async () => {
      await audit.append({
        type: 'management.permitted',
        outcome: 'granted',
        caller: by.caller,
        note: operation,
        ...targetOf(route, id),
        ...(by.request === undefined ? {} : { request: by.request }),
        ...(by.source === undefined ? {} : { personal: { source: by.source } }),
        ...permitted,
      });
    };
  };

/** The facts about a call for policies. `id`: from the path, or empty. */
export const administrationOf = (operation: string, route: RouteDeclaration, id: string): Administration => ({
  operation,
  scope: route.scope?.name ?? '',
  risk: route.scope?.risk ?? 'critical',
  target: targetOf(route, id).target?.id,
});

export const targetOf = ({ tag }: RouteDeclaration, id: string): Pick<AuditEvent, 'target'> =>
  /^[A-Za-z0-9_-]{1,128}$/.test(id) ? { target: { kind: tag.replace(/s$/, ''), id } } : {};
