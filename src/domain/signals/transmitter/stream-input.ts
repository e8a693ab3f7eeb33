/** What receivers send about their streams (SSF 1.0 §8.1): reading it, and the form in which they see a stream. */
import { canonicalJson } from '../../vocabulary/canonical-json.ts';
import { DELIVERY_METHODS, SECURITY_EVENTS, STREAM_STATUSES } from '../security-events.ts';
import { type SubjectIdentifier, subjectIdentifierOf } from '../subject-identifiers.ts';
import { signalRefusal } from './signal-refusals.ts';
import type { SignalReceiver, SignalStream, StreamStatus } from './signal-stream.ts';

/** Seconds between two requests for a verification event (§8.1.1). */
export const MIN_VERIFICATION_SECONDS = 30;

const MOST_REQUESTED = 100;
const LONGEST = 512;
const LONGEST_SUBJECT = 1024;

type Json = Readonly<Record<string, unknown>>;

/** Members that the receiver supplies. `authorization`: the value of the header at its endpoint. */
export type StreamSettings = {
  readonly description?: string;
  readonly requested?: readonly string[];
  readonly delivery:
    | { readonly method: 'push'; readonly url: string; readonly authorization?: string }
    | { readonly method: 'poll' };
};

const malformed = (field: string, form: string) =>
  signalRefusal('signal_member_malformed', { field, params: { form } });

const textIn = (body: Json, name: string, longest = LONGEST): string | undefined => {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !value.isWellFormed()) throw malformed(`/${name}`, 'a text');
  if (value.length > longest) throw malformed(`/${name}`, `a text of at most ${longest} characters`);
  return value;
};

/** The id of the stream, which these requests must name. */
export const streamIdIn = (body: Json): string => {
  const id = textIn(body, 'stream_id');
  if (id === undefined || id === '') throw malformed('/stream_id', 'the id of a stream');
  return id;
};

const requestedIn = (body: Json): readonly string[] | undefined => {
  const value = body['events_requested'];
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.length > 0 && value.length <= MOST_REQUESTED;
  if (!isList || !value.every((one) => typeof one === 'string' && one.length <= LONGEST))
    throw malformed('/events_requested', `a list of 1 to ${MOST_REQUESTED} URIs`);
  return value;
};

/** RFC 9110 §5.5, without line ends. */
const AUTHORIZATION = /^[\x20-\x7e]{1,2048}$/;

const deliveryIn = (body: Json): StreamSettings['delivery'] | undefined => {
  const value = body['delivery'];
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('/delivery', 'an object');
  const { method, endpoint_url: url, authorization_header: authorization } = value as Json;
  if (method === DELIVERY_METHODS.poll) return { method: 'poll' };
  if (method !== DELIVERY_METHODS.push)
    throw malformed('/delivery/method', `${DELIVERY_METHODS.push} or ${DELIVERY_METHODS.poll}`);
  if (typeof url !== 'string' || url.length > 2048) throw malformed('/delivery/endpoint_url', 'an https URL');
  if (authorization === undefined) return { method: 'push', url };
  if (typeof authorization !== 'string' || !AUTHORIZATION.test(authorization))
    throw malformed('/delivery/authorization_header', 'a header value of at most 2048 characters');
  return { method: 'push', url, authorization };
};

/** The settings in a request: those that are there. */
export const settingsIn = (body: Json): Partial<StreamSettings> => {
  const description = textIn(body, 'description');
  const requested = requestedIn(body);
  const delivery = deliveryIn(body);
  return {
    ...(description === undefined ? {} : { description }),
    ...(requested === undefined ? {} : { requested }),
    ...(delivery === undefined ? {} : { delivery }),
  };
};

/** JSON of others may hold what has no canonical form: a number without end, or half a character. */
const isSame = (given: unknown, own: unknown): boolean => {
  try {
    return canonicalJson(given) === canonicalJson(own);
  } catch {
    return false;
  }
};

/** Throws for a member that the transmitter supplies and that has another value (§8.1.1.3). */
export const checkSupplied = (body: Json, shown: Json): void => {
  const names = ['iss', 'aud', 'events_supported', 'events_delivered', 'min_verification_interval'];
  for (const name of names) {
    if (body[name] === undefined || isSame(body[name], shown[name])) continue;
    throw signalRefusal('signal_member_fixed', { field: `/${name}` });
  }
};

export const statusIn = (body: Json): { readonly status: StreamStatus; readonly reason?: string } => {
  const status = STREAM_STATUSES.find((one) => one === body['status']);
  if (status === undefined) throw malformed('/status', STREAM_STATUSES.join(', '));
  const reason = textIn(body, 'reason');
  return { status, ...(reason === undefined ? {} : { reason }) };
};

/** A subject that events here can have. */
export const subjectIn = (body: Json): SubjectIdentifier => {
  const subject = subjectIdentifierOf(body['subject']);
  if (subject === undefined) throw malformed('/subject', 'a subject identifier (RFC 9493)');
  if (subject.format !== 'iss_sub' && subject.format !== 'complex')
    throw signalRefusal('signal_subject_format_unsupported', { field: '/subject' });
  if ((canonicalJson(subject) ?? '').length > LONGEST_SUBJECT)
    throw malformed('/subject', `a subject of at most ${LONGEST_SUBJECT} characters`);
  const { verified } = body;
  if (verified !== undefined && typeof verified !== 'boolean') throw malformed('/verified', 'true or false');
  return subject;
};

export const stateIn = (body: Json): string | undefined => textIn(body, 'state', 1024);

/** URIs of the events that are in a stream: those requested that the receiver may have. */
export const deliveredOf = (
  { requested }: Pick<SignalStream, 'requested'>,
  { events }: Pick<SignalReceiver, 'events'>,
): readonly string[] => {
  const supported = events.map((event): string => SECURITY_EVENTS[event]);
  return requested === undefined ? supported : supported.filter((uri) => requested.includes(uri));
};

/** A stream as its receiver sees it. The authorization is never shown (MG-03). */
export const shownStream = (
  stream: SignalStream,
  receiver: SignalReceiver,
  { issuer, pollUrl }: { readonly issuer: string; readonly pollUrl: (id: string) => string },
): Json => {
  const { id, description, requested, delivery } = stream;
  return {
    stream_id: id,
    iss: issuer,
    aud: receiver.audience,
    events_supported: receiver.events.map((event) => SECURITY_EVENTS[event]),
    ...(requested === undefined ? {} : { events_requested: requested }),
    events_delivered: deliveredOf(stream, receiver),
    delivery:
      delivery.method === 'push'
        ? { method: DELIVERY_METHODS.push, endpoint_url: delivery.url }
        : { method: DELIVERY_METHODS.poll, endpoint_url: pollUrl(id) },
    min_verification_interval: MIN_VERIFICATION_SECONDS,
    ...(description === undefined ? {} : { description }),
  };
};
