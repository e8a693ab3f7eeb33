import { checkText } from '../../platform/display-names/display-text.ts';
import { pointerStep } from '../../vocabulary/json-pointer.ts';
import { type AccessQuestion, type Members, member, objectIn, readQuestion } from './access-question.ts';
import { TASK_ENDS } from './access-request.ts';
import { accessRequestProblem } from './access-request-problem.ts';
import { accessRequestRefusal } from './access-request-refusals.ts';

/** The acting chain as a caller claims it, outermost first; accepted only if it matches the evaluation. */
export type ClaimedActor = {
  readonly id: string;
  readonly issuer?: string;
  readonly type?: string;
  readonly act?: Members;
};

/** One requested resource and action, with the denial to lift. */
export type AskedItem = {
  readonly question: AccessQuestion;
  /** Id of the denied evaluation, as the resource server received it. */
  readonly evaluation: string;
  /** Until when access can be requested, as stated to the resource server. Epoch seconds. */
  readonly expiresAt: number;
  /** End of the requested access, epoch seconds; `pointer` names the member that sets it. */
  readonly until?: { readonly at: number; readonly pointer: string };
  readonly isEmergency: boolean;
};

/** Where the caller wants to be notified of the end (Callback Completion). */
export type AskedCallback = {
  readonly endpoint: string;
  readonly state?: string;
  readonly events?: readonly string[];
};

/** The body of a submission (Access Request Submission). */
export type AskedAccess = {
  readonly items: readonly AskedItem[];
  /** Whether it was sent as `items`, and is answered in the same form. */
  readonly isBundle: boolean;
  /** Text for the approvers. */
  readonly message?: string;
  readonly actor?: ClaimedActor;
  readonly callback?: AskedCallback;
};

/** Maximum number of items in a bundle; each item becomes an approval of its own. */
const MOST_ITEMS = 10;
const MOST_MESSAGE = 300;
const MOST_STATE = 512;
/**
 * Members that are allowed in addition to those read. Where the profile allows no further members, any other member is
 * an error.
 */
const TOP = ['subject', 'resource', 'action', 'items', 'context', 'denial', 'requested_access', 'callback', 'client'];
const ITEM = ['resource', 'action', 'requested_access', 'denial'];
const DENIAL = ['evaluation_id', 'evaluated_at', 'expires_at', 'reason', 'binding_token', 'template'];

/**
 * Throws DomainError 'invalid_request' or 'invalid_field' for a body that cannot be read, and the problem
 * 'invalid_denial_binding' where an item has no denial. Ignores unknown members in `context`, `requested_access` and
 * `client`, and refuses them elsewhere (Extension Points).
 */
export const readAccessRequest = (body: Members): AskedAccess => {
  refuseOthers(body, TOP, '');
  const items = member(body, 'items');
  const context = objectIn(member(body, 'context') ?? {}, 'context');
  const wish = { access: accessIn(body, ''), at: '' };
  const of = (entities: Members, denial: unknown, own: Members, at: string): AskedItem => ({
    question: readQuestion({ subject: member(body, 'subject'), context, ...entities }),
    ...denialIn(denial, at),
    ...wishOf([{ access: own, at }, wish]),
  });
  return {
    items:
      items === undefined
        ? [of(pick(body), member(body, 'denial'), {}, '')]
        : itemsIn(body, items).map((item, index) => {
            const at = `/items/${index}`;
            return of(pick(item), member(item, 'denial') ?? member(body, 'denial'), accessIn(item, at), at);
          }),
    isBundle: items !== undefined,
    ...messageIn(context),
    ...actorIn(body),
    ...callbackIn(body),
  };
};

const pick = (members: Members): Members => ({
  resource: member(members, 'resource'),
  action: member(members, 'action'),
});

const refuseOthers = (members: Members, known: readonly string[], at: string): void => {
  const other = Object.keys(members).find((name) => !known.includes(name));
  if (other !== undefined) {
    throw accessRequestRefusal('access_member_unknown', { field: `${at}/${pointerStep(other.slice(0, 100))}` });
  }
};

const itemsIn = (body: Members, items: unknown): readonly Members[] => {
  if (!Array.isArray(items) || items.length === 0 || items.length > MOST_ITEMS) {
    throw accessRequestRefusal('access_items_count_wrong', { field: '/items', params: { most: MOST_ITEMS } });
  }
  for (const name of ['resource', 'action'] as const) {
    if (member(body, name) !== undefined) {
      throw accessRequestRefusal('access_member_beside_items', { field: `/${name}` });
    }
  }
  return items.map((item: unknown, index) => {
    const members = objectIn(item, `items[${index}]`);
    refuseOthers(members, ITEM, `/items/${index}`);
    return members;
  });
};

/**
 * The id of an evaluation of this server binds the request; a binding token of another decision point binds nothing here.
 */
const denialIn = (given: unknown, at: string): Pick<AskedItem, 'evaluation' | 'expiresAt'> => {
  if (given === undefined) throw accessRequestProblem('invalid_denial_binding', 'There is no denial to be lifted.');
  const denial = objectIn(given, 'denial');
  refuseOthers(denial, DENIAL, `${at}/denial`);
  const evaluation = member(denial, 'evaluation_id');
  if (typeof evaluation !== 'string' || evaluation === '') {
    throw accessRequestProblem('invalid_denial_binding', 'denial.evaluation_id is what binds a request here.');
  }
  if (member(denial, 'binding_token') !== undefined) {
    throw accessRequestProblem('invalid_denial_binding', 'This server gave no binding_token.');
  }
  const expiresAt = secondIn(denial, 'expires_at', `${at}/denial`);
  if (expiresAt === undefined) {
    throw accessRequestRefusal('denial_expiry_missing', { field: `${at}/denial/expires_at` });
  }
  return { evaluation, expiresAt };
};

const accessIn = (members: Members, at: string): Members => {
  const given = member(members, 'requested_access');
  return given === undefined ? {} : objectIn(given, `${at}/requested_access`);
};

/** A member may stand in several places. The first place that has it applies. */
const wishOf = (
  places: readonly { readonly access: Members; readonly at: string }[],
): Pick<AskedItem, 'until' | 'isEmergency'> => {
  const saying = (name: string) => places.find(({ access }) => member(access, name) !== undefined);
  const [ending, urgent] = [saying('requested_until'), saying('emergency')];
  const until = ending && secondIn(ending.access, 'requested_until', `${ending.at}/requested_access`);
  const emergency = urgent && member(urgent.access, 'emergency');
  if (urgent && typeof emergency !== 'boolean') {
    throw accessRequestRefusal('emergency_malformed', { field: `${urgent.at}/requested_access/emergency` });
  }
  return {
    isEmergency: emergency === true,
    ...(ending && until !== undefined
      ? { until: { at: until, pointer: `${ending.at}/requested_access/requested_until` } }
      : {}),
  };
};

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

/** A date-time (RFC 3339 §5.6) as epoch seconds. */
const secondIn = (members: Members, name: string, at: string): number | undefined => {
  const given = member(members, name);
  if (given === undefined) return undefined;
  const milliseconds = typeof given === 'string' && MOMENT.test(given) ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw accessRequestRefusal('date_time_malformed', { field: `${at}/${name}` });
  return Math.floor(milliseconds / 1000);
};

/** As in the examples of the profile. */
const messageIn = (context: Members): Pick<AskedAccess, 'message'> => {
  const message = member(context, 'business_justification');
  if (message === undefined) return {};
  const field = '/context/business_justification';
  if (typeof message !== 'string') throw accessRequestRefusal('justification_malformed', { field });
  return { message: checkText(message, field, MOST_MESSAGE) };
};

const callbackIn = (body: Members): Pick<AskedAccess, 'callback'> => {
  const given = member(body, 'callback');
  if (given === undefined) return {};
  const callback = objectIn(given, 'callback');
  refuseOthers(callback, ['endpoint', 'state', 'events'], '/callback');
  const [endpoint, state, events] = ['endpoint', 'state', 'events'].map((name) => member(callback, name));
  if (typeof endpoint !== 'string' || endpoint.length > 2048) {
    throw accessRequestRefusal('callback_endpoint_malformed', { field: '/callback/endpoint' });
  }
  if (state !== undefined && (typeof state !== 'string' || state.length > MOST_STATE)) {
    throw accessRequestRefusal('callback_state_malformed', { field: '/callback/state', params: { most: MOST_STATE } });
  }
  if (events !== undefined && !(Array.isArray(events) && events.every((event) => TASK_ENDS.includes(event)))) {
    throw accessRequestRefusal('callback_events_unknown', {
      field: '/callback/events',
      params: { events: TASK_ENDS.join(', ') },
    });
  }
  return {
    callback: {
      endpoint,
      ...(state === undefined ? {} : { state }),
      ...(events === undefined ? {} : { events: TASK_ENDS.filter((end) => events.includes(end)) }),
    },
  };
};

const actorIn = (body: Members): Pick<AskedAccess, 'actor'> => {
  const client = member(body, 'client');
  const given = client === undefined ? undefined : member(objectIn(client, 'client'), 'actor');
  if (given === undefined) return {};
  const actor = objectIn(given, 'client.actor');
  const optional = (name: 'issuer' | 'type') => {
    const value = member(actor, name);
    if (value !== undefined && typeof value !== 'string') {
      throw accessRequestRefusal('actor_member_malformed', { field: `/client/actor/${name}` });
    }
    return value === undefined ? {} : { [name]: String(value) };
  };
  const id = member(actor, 'id');
  const act = member(actor, 'act');
  if (typeof id !== 'string' || id === '') {
    throw accessRequestRefusal('actor_id_missing', { field: '/client/actor/id' });
  }
  return {
    actor: {
      id,
      ...optional('issuer'),
      ...optional('type'),
      ...(act === undefined ? {} : { act: objectIn(act, 'client.actor.act') }),
    },
  };
};
