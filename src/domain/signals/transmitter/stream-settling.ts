/** What an acknowledgement, a refusal or a further event changes in the state of a stream. */
import type { AuditLog } from '../../audit/audit-event.ts';
import { SET_ERRORS } from '../security-events.ts';
import type { SetRefusal, SignalStream, StreamEvent, StreamState } from './signal-stream.ts';

/** Longest error and description that are kept of a receiver. */
const LONGEST_ERROR = 100;
const LONGEST_DESCRIPTION = 300;

/** Most events about a stream that wait for its receiver. */
const MOST_OWN = 10;

/** Replaces an own event of the same type, so that few wait. */
export const withOwn = (state: StreamState, event: StreamEvent): StreamState => ({
  ...state,
  own: [...state.own.filter((one) => one.event !== event.event || event.event === 'verification'), event].slice(
    -MOST_OWN,
  ),
});

/** The error of a receiver (RFC 8935 §2.4). */
export type SaidRefusal = Pick<SetRefusal, 'error' | 'description'>;

/** The error of a receiver, cut, without characters that do not belong on a line. */
export const refusalIn = (value: unknown): SaidRefusal | undefined => {
  const { err, description } = (value ?? {}) as { readonly err?: unknown; readonly description?: unknown };
  if (typeof err !== 'string' || !/^[\w:./-]{1,100}$/.test(err)) return undefined;
  const said = typeof description === 'string' ? description.replaceAll(/[^\P{C} ]/gu, ' ').trim() : '';
  return {
    error: err.slice(0, LONGEST_ERROR),
    ...(said === '' ? {} : { description: said.toWellFormed().slice(0, LONGEST_DESCRIPTION) }),
  };
};

/** Whether an error is about this one token. Others are about keys, names or rights: the next attempt may succeed. */
export const isAboutToken = (error: string): boolean =>
  error === 'invalid_request' || error === 'invalid_state' || !SET_ERRORS.some((known) => known === error);

/** The state without these events. */
export const settled = (
  state: StreamState,
  { acknowledged, refusals }: { readonly acknowledged: ReadonlySet<string>; readonly refusals: readonly SetRefusal[] },
  now: number,
): StreamState => {
  const refused = new Set(refusals.map(({ jti }) => jti));
  const stays = ({ jti }: { readonly jti: string }): boolean => !acknowledged.has(jti) && !refused.has(jti);
  const known = [...state.handed, ...state.own];
  const count = (ids: ReadonlySet<string>): number => known.filter(({ jti }) => ids.has(jti)).length;
  const [delivered, left] = [count(acknowledged), count(refused)];
  if (delivered + left === 0) return state;
  const last = refusals.at(-1);
  return {
    ...state,
    handed: state.handed.filter(stays),
    own: state.own.filter(stays),
    delivered: state.delivered + delivered,
    refused: state.refused + left,
    ...(delivered === 0 ? {} : { lastDeliveredAt: now }),
    ...(last === undefined ? {} : { lastRefusal: last }),
  };
};

/** Records that the receiver refused events. Rejects as `append` does; then the events stay. */
export const recordRefusals = async (
  audit: Pick<AuditLog, 'append'>,
  stream: SignalStream,
  refusals: readonly SetRefusal[],
): Promise<void> => {
  for (const { jti, error } of refusals) {
    await audit.append({
      type: 'signal_stream.event_refused',
      outcome: 'refused',
      caller: stream.receiver,
      target: { kind: 'signal stream', id: stream.id },
      inputs: { jti, error },
    });
  }
};
