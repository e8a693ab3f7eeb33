/** What a request needs, from its route and its content. */
import { Refusal, type Requirement } from '../../../packages/resource-server/src/resource-server.ts';
import type { DetailTemplate, McpRules, Need } from '../configuration/configuration.ts';
import { isJsonObject, type JsonObject, memberOf, valueAt } from '../request/json-content.ts';
import { RequestRefused } from '../request/request-refused.ts';
import type { Message } from './json-rpc.ts';

export type Detail = { readonly type: string; readonly [member: string]: unknown };

/** A need, with the details that the content fills. */
export type FilledNeed = { readonly need: Need; readonly details: readonly Detail[] };

/** Messages without an effect on the data behind a server. */
const HARMLESS = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'logging/setLevel',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
  'notifications/tasks/status',
]);

const SUBSCRIPTION = 'subscriptions/listen';
const CHANGES_OF_LISTS = new Set(['toolsListChanged', 'promptsListChanged', 'resourcesListChanged']);

/** Whether a subscription is to changes of lists alone, and not to resources or tasks. */
const isAboutLists = (content: JsonObject): boolean => {
  const wanted = memberOf(content, 'notifications');
  return isJsonObject(wanted) && Object.keys(wanted).every((name) => CHANGES_OF_LISTS.has(name));
};

const filled = ({ type, members }: DetailTemplate, content: unknown): Detail => {
  const values = Object.entries(members).map(([name, from]) => {
    const value = typeof from === 'string' ? valueAt(content, from) : from.value;
    return [name, value] as const;
  });
  return { ...Object.fromEntries(values.filter(([, value]) => value !== undefined)), type };
};

const NO_DETAILS: readonly Detail[] = [];

/** Fills the details of a need. Throws RequestRefused. */
export const filledNeed = (need: Need, content: unknown): FilledNeed => ({
  need,
  details: need.details.length === 0 ? NO_DETAILS : need.details.map((template) => filled(template, content)),
});

/** Whether calls of a tool are refused, because it changed. */
type IsChanged = (tool: string) => boolean;

const needOfMessage = (rules: McpRules, { method, tool, content }: Message, isChanged: IsChanged): Need | 'pass' => {
  if (method === undefined) return 'pass';
  if (tool !== undefined) {
    if (isChanged(tool)) {
      throw new Refusal('insufficient_scope', {
        reason: 'tool_changed',
        description: 'The server changed this tool, and the operator of the gateway has to accept that.',
      });
    }
    if (Object.hasOwn(rules.tools, tool)) return rules.tools[tool] as Need;
    if (rules.otherTools === 'token') return 'pass';
    throw new Refusal('insufficient_scope', {
      reason: 'tool_unknown',
      description: 'The gateway lets no call of this tool pass.',
    });
  }
  if (Object.hasOwn(rules.methods, method)) return rules.methods[method] as Need;
  if (HARMLESS.has(method) || (method === SUBSCRIPTION && isAboutLists(content))) return 'pass';
  throw new Refusal('insufficient_scope', {
    reason: 'method_unknown',
    description: 'The gateway lets no message of this method pass.',
  });
};

/** What the messages of a request need, besides the needs of all messages. Throws Refusal and RequestRefused. */
export const needsOfMessages = (
  rules: McpRules,
  messages: readonly Message[],
  isChanged: IsChanged,
): readonly FilledNeed[] => {
  const needs: FilledNeed[] = [];
  for (const message of messages) {
    const need = needOfMessage(rules, message, isChanged);
    if (need !== 'pass') needs.push(filledNeed(need, message.content satisfies JsonObject));
  }
  return needs;
};

type Actor = Need['actor'];

const bothActors = (one: Actor, other: Actor): Actor => {
  if (one === undefined || other === undefined) return one ?? other;
  if (one === other) return one;
  if (one === 'none' || other === 'none') {
    throw new RequestRefused(400, 'needs_conflict', 'No token allows all messages of this batch.');
  }
  if (one === 'required' || other === 'required') return one === 'required' ? other : one;
  return one.filter((id) => other.includes(id));
};

/** All that several needs require of one token, for the package for APIs. Throws RequestRefused if no token can. */
export const requirementOf = (needs: readonly FilledNeed[]): Requirement => {
  const scopes = new Set<string>();
  let actor: Actor;
  let acrValues: readonly string[] | undefined;
  let maxAge: number | undefined;
  for (const { need } of needs) {
    for (const scope of need.scopes) scopes.add(scope);
    actor = bothActors(actor, need.actor);
    const { acrValues: mine } = need;
    if (mine) acrValues = acrValues ? acrValues.filter((value) => mine.includes(value)) : mine;
    if (need.maxAge !== undefined) maxAge = Math.min(maxAge ?? need.maxAge, need.maxAge);
  }
  if (acrValues?.length === 0) {
    throw new RequestRefused(400, 'needs_conflict', 'No sign-in fits all messages of this batch.');
  }
  const details = needs.flatMap((one) => one.details);
  return {
    scopes: [...scopes],
    ...(actor === undefined ? {} : { actor }),
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(needs.some(({ need }) => need.senderConstrained) ? { senderConstrained: true } : {}),
    ...(needs.some(({ need }) => need.live) ? { live: true } : {}),
    ...(needs.some(({ need }) => need.approval) ? { approval: 'required' } : {}),
    ...(details.length === 0 ? {} : { details }),
  };
};
