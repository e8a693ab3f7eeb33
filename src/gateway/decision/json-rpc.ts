/** Messages of MCP in the content of a request (JSON-RPC 2.0). */
import { canonicalJson } from '../../../packages/resource-server/src/canonical-json.ts';
import type { Page, RefusalAnswer } from '../../../packages/resource-server/src/resource-server.ts';
import { headerIn, isJsonObject, type JsonObject, jsonContent, memberOf, membersOf } from '../request/json-content.ts';
import { RequestRefused } from '../request/request-refused.ts';
import type { GatewayRequest } from './gateway-decision.ts';

export type Message = {
  /** Undefined for a notification, and for an answer to the server. */
  readonly id: string | number | undefined;
  /** Undefined for an answer to a request of the server. */
  readonly method: string | undefined;
  /** Name of the tool that is called. */
  readonly tool: string | undefined;
  readonly params: JsonObject;
  /** Arguments of the tool, or parameters of another method. */
  readonly content: JsonObject;
};

export type Messages = { readonly list: readonly Message[]; readonly isBatch: boolean };

const MOST_MESSAGES = 50;

const malformed = (why: string): RequestRefused =>
  new RequestRefused(400, 'message_malformed', `The message is refused: ${why}.`);

const objectIn = (message: JsonObject, name: string): JsonObject => asObject(memberOf(message, name), name);

const asObject = (value: unknown, name: string): JsonObject => {
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw malformed(`${name} is no object`);
  return value;
};

const messageOf = (value: unknown): Message => {
  if (!isJsonObject(value)) throw malformed('it is no object');
  const member = membersOf(value);
  if (member('jsonrpc') !== '2.0') throw malformed('jsonrpc is not "2.0"');
  const method = member('method');
  const id = member('id');
  const isAnswer = member('result') !== undefined || member('error') !== undefined;
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') throw malformed('id is no text or number');
  if (method === undefined && isAnswer && id !== undefined) {
    return { id: undefined, method: undefined, tool: undefined, params: {}, content: {} };
  }
  if (typeof method !== 'string' || isAnswer) throw malformed('it is neither a request nor an answer');
  const params = asObject(member('params'), 'params');
  if (method !== 'tools/call') return { id, method, tool: undefined, params, content: params };
  const parameter = membersOf(params);
  const tool = parameter('name');
  if (typeof tool !== 'string' || tool === '') throw malformed('name is no text');
  return { id, method, tool, params, content: asObject(parameter('arguments'), 'arguments') };
};

/** A header value of the MCP transport, which can be encoded (SEP-2243). */
const plainValue = (value: string): string => {
  const [, encoded] = /^=\?base64\?([A-Za-z0-9+/=]*)\?=$/.exec(value) ?? [];
  return encoded === undefined ? value : Buffer.from(encoded, 'base64').toString('utf8');
};

/** Members of `params` that Mcp-Name repeats, beside the name of a tool (SEP-2243, and the extension for tasks). */
const NAMED_BY: Readonly<Record<string, string>> = {
  'prompts/get': 'name',
  'resources/read': 'uri',
  'resources/subscribe': 'uri',
  'resources/unsubscribe': 'uri',
  'tasks/cancel': 'taskId',
  'tasks/get': 'taskId',
  'tasks/result': 'taskId',
  'tasks/update': 'taskId',
};

const nameOf = ({ method, tool, params }: Message): unknown => {
  const member = tool === undefined && method !== undefined ? NAMED_BY[method] : undefined;
  return member === undefined ? tool : memberOf(params, member);
};

const REVISION = 'io.modelcontextprotocol/protocolVersion';

/** Revision of MCP that a message names. Undefined for one before 2026-07-28. */
const revisionOf = ({ params }: Message): unknown => memberOf(objectIn(params, '_meta'), REVISION);

/** A server may read method, name and revision from the headers, so they must be those of the message. */
const checkHeaders = ({ headers }: GatewayRequest, { list, isBatch }: Messages): void => {
  const [method, name] = [headerIn(headers, 'mcp-method'), headerIn(headers, 'mcp-name')];
  const [first] = list;
  const isOther = isBatch || first === undefined;
  if (method !== undefined && (isOther || method !== first.method)) throw malformed('Mcp-Method names another method');
  const revision = headerIn(headers, 'mcp-protocol-version');
  const isRight = (message: Message): boolean => [undefined, revision].includes(revisionOf(message) as string);
  if (revision !== undefined && !list.every(isRight)) throw malformed('MCP-Protocol-Version names another revision');
  if (name === undefined) return;
  if (isOther || plainValue(name) !== nameOf(first)) throw malformed('Mcp-Name names something else');
};

/** The messages of a request. Throws RequestRefused. */
export const messagesIn = (request: GatewayRequest, bytes: Uint8Array): Messages => {
  const value = jsonContent(request.headers, bytes);
  const isBatch = Array.isArray(value);
  const values: readonly unknown[] = isBatch ? value : [value];
  if (values.length === 0 || values.length > MOST_MESSAGES) {
    throw malformed(`a batch has 1 to ${MOST_MESSAGES} messages`);
  }
  const messages = { list: values.map(messageOf), isBatch };
  checkHeaders(request, messages);
  return messages;
};

/** Key of the page among the inputs that a client is asked for. */
const PAGE = 'behalf-page';

/** A value without a member, where it is an object; undefined if that leaves nothing. */
const without = (value: unknown, name: string): unknown => {
  if (!isJsonObject(value)) return value;
  const { [name]: _, ...kept } = value;
  return Object.keys(kept).length > 0 ? kept : undefined;
};

/**
 * What is the same when a client calls again after a person has opened a page: all of the messages but their ids, the tokens for
 * progress, and the answer to the page. An upstream asked for none of these. Throws RequestRefused for a lone surrogate, which two
 * servers could read differently.
 */
export const repeatable = ({ list }: Messages): string => {
  const texts = list.map(({ method, params }) => {
    const { _meta: meta, inputResponses: given } = params;
    const kept = { ...params, _meta: without(meta, 'progressToken'), inputResponses: without(given, PAGE) };
    try {
      return canonicalJson({ method: method ?? null, params: kept });
    } catch (error) {
      throw malformed((error as Error).message);
    }
  });
  return texts.join('\n');
};

/** Error codes of JSON-RPC: of the gateway, and of MCP for a page that a person has to open. */
const REFUSED = -32_001;
const URL_ELICITATION_REQUIRED = -32_042;

/** From this revision on, a server asks for a page in a result, and the client calls again with the answer. */
const ASKS_IN_RESULTS = '2026-07-28';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
/** Requests whose result can ask for input. */
const ASKING = new Set(['tools/call', 'prompts/get', 'resources/read']);

const valueIn = (object: unknown, name: string): unknown => (isJsonObject(object) ? object[name] : undefined);

/**
 * Whether the client of a message opens pages that a result asks for. Only the gateway reads this, so a malformed member is no fault:
 * the client then counts as one that does not.
 */
const opensPages = ({ method, params }: Message): boolean => {
  const meta = params['_meta'];
  const revision = valueIn(meta, REVISION);
  if (typeof revision !== 'string' || revision < ASKS_IN_RESULTS || !ASKING.has(String(method))) return false;
  return valueIn(valueIn(valueIn(meta, CAPABILITIES), 'elicitation'), 'url') !== undefined;
};

const asksForPage = ({ url, message }: Page) => ({
  resultType: 'input_required',
  inputRequests: { [PAGE]: { method: 'elicitation/create', params: { mode: 'url', url, message } } },
});

/**
 * A refusal as errors of JSON-RPC. Status and challenges stay, so that a client can get another token. If a person has to open a page, the
 * status is 200: no other token helps. A client of revision 2026-07-28 is asked for the page by a result, an earlier one by the error
 * of MCP (2025-11-25).
 */
export const messageAnswer = (answer: RefusalAnswer, messages: Messages, page: Page | undefined): RefusalAnswer => {
  const data = JSON.parse(answer.body) as { readonly error_description?: unknown };
  const error = {
    code: page ? URL_ELICITATION_REQUIRED : REFUSED,
    message: String(data.error_description),
    data: { ...data, ...(page ? { elicitations: [{ mode: 'url', ...page }] } : {}) },
  };
  const asked = messages.list.filter(({ id }) => id !== undefined);
  const answers = asked.map((message) => ({
    jsonrpc: '2.0',
    id: message.id,
    ...(page && opensPages(message) ? { result: asksForPage(page) } : { error }),
  }));
  const body = messages.isBatch ? answers : (answers[0] ?? { jsonrpc: '2.0', id: null, error });
  if (!page) return { ...answer, body: JSON.stringify(body) };
  const headers = answer.headers.filter(([name]) => name !== 'www-authenticate');
  return { status: 200, headers, body: JSON.stringify(body) };
};
