/** The body of a poll for security events (RFC 8936 §2.4). */
import { MOST_POLLED, type Poll } from '../../domain/signals/transmitter/poll-delivery.ts';
import { signalRefusal } from '../../domain/signals/transmitter/signal-refusals.ts';
import { refusalIn } from '../../domain/signals/transmitter/stream-settling.ts';

/** Below the deadline for a response. */
const WAIT_MILLISECONDS = 4000;
/** Most acknowledgements, and most refusals, in one poll. */
const MOST_SETTLED = 1000;

const malformed = (field: string, form: string) =>
  signalRefusal('signal_member_malformed', { field, params: { form } });

type Json = Readonly<Record<string, unknown>>;

const mostIn = ({ maxEvents }: Json): number => {
  if (maxEvents === undefined) return MOST_POLLED;
  if (typeof maxEvents !== 'number' || !Number.isInteger(maxEvents) || maxEvents < 0)
    throw malformed('/maxEvents', 'a whole number, 0 or more');
  return Math.min(maxEvents, MOST_POLLED);
};

const acknowledgedIn = ({ ack }: Json): readonly string[] => {
  if (ack === undefined) return [];
  const isList = Array.isArray(ack) && ack.length <= MOST_SETTLED;
  if (!isList || !ack.every((jti) => typeof jti === 'string'))
    throw malformed('/ack', `a list of at most ${MOST_SETTLED} ids`);
  return ack;
};

const refusalsIn = ({ setErrs }: Json): Poll['refusals'] => {
  if (setErrs === undefined) return [];
  const form = `an object of at most ${MOST_SETTLED} errors by id`;
  if (typeof setErrs !== 'object' || setErrs === null || Array.isArray(setErrs)) throw malformed('/setErrs', form);
  const given = Object.entries(setErrs);
  if (given.length > MOST_SETTLED) throw malformed('/setErrs', form);
  return given.map(([jti, value]) => {
    const refusal = refusalIn(value);
    if (refusal === undefined) throw malformed('/setErrs', form);
    return { jti, ...refusal };
  });
};

/** Throws 'invalid_field' for a member of another form. Unknown members are ignored. */
export const pollIn = (body: Json): Omit<Poll, 'isGone'> => {
  const { returnImmediately = false } = body;
  if (typeof returnImmediately !== 'boolean') throw malformed('/returnImmediately', 'true or false');
  return {
    most: mostIn(body),
    waitMilliseconds: returnImmediately ? 0 : WAIT_MILLISECONDS,
    acknowledged: acknowledgedIn(body),
    refusals: refusalsIn(body),
  };
};
