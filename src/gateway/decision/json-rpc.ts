/** Messages of MCP in the content of a request (JSON-RPC 2.0). */
import type { RefusalAnswer } from '../../../packages/resource-server/src/resource-server.ts';
import { headerIn, isJsonObject, type JsonObject, jsonContent, memberOf } from '../request/json-content.ts';
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

const objectIn = (message: JsonObject, name: string): JsonObject => {
  const value = memberOf(message, name);
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw malformed(`${name} is no object`);
  return value;
};

const messageOf = (value: unknown): Message => {
  if (!isJsonObject(value)) throw malformed('it is no object');
  if (memberOf(value, 'jsonrpc') !== '2.0') throw malformed('jsonrpc is not "2.0"');
  const [method, id] = [memberOf(value, 'method'), memberOf(value, 'id')];
  const isAnswer = memberOf(value, 'result') !== undefined || memberOf(value, 'error') !== undefined;
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') throw malformed('id is no text or number');
  if (method === undefined && isAnswer && id !== undefined) {
    return { id: undefined, method: undefined, tool: undefined, params: {}, content: {} };
  }
  if (typeof method !== 'string' || isAnswer) throw malformed('it is neither a request nor an answer');
  const params = objectIn(value, 'params');
  if (method !== 'tools/call') return { id, method, tool: undefined, params, content: params };
  const tool = memberOf(params, 'name');
  if (typeof tool !== 'string' || tool === '') throw malformed('name is no text');
  return { id, method, tool, params, content: objectIn(params, 'arguments') };
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

/** Error codes of JSON-RPC: of the gateway, and of MCP for a page that a person has to open. */
const REFUSED = -32_001;
const URL_ELICITATION_REQUIRED = -32_042;

export type Page = { readonly url: string; readonly id: string; readonly message: string };

/**
 * A refusal as errors of JSON-RPC. Status and challenges stay, so that a client can get another token. If a person has to open a page, the
 * status is 200: no other token helps.
 */
export const messageAnswer = (answer: RefusalAnswer, messages: Messages, page: Page | undefined): RefusalAnswer => {
  const data = JSON.parse(answer.body) as { readonly error_description?: unknown };
  const elicitations = page && [{ mode: 'url', elicitationId: page.id, url: page.url, message: page.message }];
  const error = {
    code: page ? URL_ELICITATION_REQUIRED : REFUSED,
    message: String(data.error_description),
    data: { ...data, ...(elicitations ? { elicitations } : {}) },
  };
  const asked = messages.list.filter(({ id }) => id !== undefined);
  const errors = asked.map(({ id }) => ({ jsonrpc: '2.0', id, error }));
  const body = messages.isBatch ? errors : (errors[0] ?? { jsonrpc: '2.0', id: null, error });
  if (!page) return { ...answer, body: JSON.stringify(body) };
  const headers = answer.headers.filter(([name]) => name !== 'www-authenticate');
  return { status: 200, headers, body: JSON.stringify(body) };
};
