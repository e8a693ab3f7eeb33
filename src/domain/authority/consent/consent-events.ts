import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { DetailsByResource } from '../../vocabulary/detail-type.ts';
import { detailsOf } from './asked-details.ts';
import { type ConsentQuestion, requesterId } from './consent.ts';
import { type Wish, wishesByAgent } from './wishes.ts';

/** Appends the event of a person's decision about a question. */
export const recordDecision = (
  audit: AuditLog,
  type: 'consent.granted' | 'consent.denied',
  of: ConsentQuestion,
  by: By,
  more: Partial<AuditEvent>,
) => {
  const { requester, account, resources } = of;
  const [only, ...others] = resources;
  const acting = actorIn(of);
  return audit.append({
    type,
    outcome: type === 'consent.granted' ? 'granted' : 'refused',
    subject: account.id,
    caller: by.caller,
    target: { kind: requester.kind, id: requesterId(requester) },
    ...(acting ? { agent: acting.id, owner: acting.owner } : {}),
    ...(only && others.length === 0
      ? { resource: only.identifier, scopeAsked: only.scopes.map(({ name }) => name) }
      : {}),
    ...(of.txn === undefined ? {} : { txn: of.txn }),
    ...(by.request === undefined ? {} : { request: by.request }),
    ...more,
    personal: { ...(by.source === undefined ? {} : { source: by.source }), ...more.personal },
    inputs: {
      asked: Object.fromEntries(
        resources.map(({ identifier, scopes }) => [identifier, scopes.map(({ name }) => name)]),
      ),
      openidAsked: of.openidScopes,
      ...typesOf(detailsOf(of).details, 'detailTypesAsked'),
      withheld: of.withheld,
      ...(of.wishes === undefined ? {} : { wishesAsked: wishesByAgent(of.wishes.map(askedOf)) }),
      ...(of.redirectUri === undefined ? {} : { redirectUri: of.redirectUri }),
      ...(of.via === undefined ? {} : { via: of.via.id }),
      ...more.inputs,
    },
  });
};

const askedOf = (wish: Wish) => ({ wish, scope: wish.scopes.map(({ name }) => name) });

/** Types of details by resource; their content may be about people. */
export const typesOf = (details: DetailsByResource | undefined, name: string) =>
  details === undefined
    ? {}
    : {
        [name]: Object.fromEntries(
          Object.entries(details).map(([resource, each]) => [resource, each.map(({ type }) => type)]),
        ),
      };

/**
 * The agent that acts for the person with the allowed rights: the requesting agent, or the one that a client requests.
 */
export const actorIn = ({ requester, actor }: ConsentQuestion): Agent | undefined =>
  requester.kind === 'agent' ? requester.agent : actor;
