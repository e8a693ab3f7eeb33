/**
 * What a request left in the audit log. `refused` is the one step every negative test takes: status,
 * error, and the event. The clock must be stopped (stopped-clock.ts): refusals before authentication are
 * counted over an interval, so each begins a new one and is written at once.
 */
import { expect } from '@jest/globals';
import type { AuditEvent, AuditEventType } from '../../src/domain/audit/audit-event.ts';
import type { Answer } from './oauth-calls.ts';
import type { RunningServer } from './running-server.ts';
import { advance, now } from './stopped-clock.ts';

/** To be among the environment of the server: the next second is a new interval, and each has its event. */
export const COUNT_EACH_SECOND = {
  BEHALF__AUDIT__REFUSALINTERVALSECONDS: '1',
  BEHALF__AUDIT__REFUSALEVENTSPERDAY: '0',
};

/** A checkpoint is due by number and by time, so any work can be the one that it comes with. */
const NOT_OF_THE_WORK: ReadonlySet<string> = new Set(['management.permitted', 'checkpoint.made']);

export type Refusal = {
  readonly status: number;
  readonly error: string;
  /** Default 'request.refused': no caller had been authenticated. */
  readonly event?: AuditEventType;
};

export type AuditWatch = ReturnType<typeof auditWatch>;

export const auditWatch = (server: RunningServer) => {
  /** What `work` answered, and the events it left, oldest first; without checkpoints, and without those that only say that a call was permitted. */
  const during = async <T>(work: () => Promise<T>): Promise<{ result: T; events: readonly AuditEvent[] }> => {
    // What came before may still be written.
    await server.settled();
    advance(1000);
    const from = now();
    const before = server.appended();
    const result = await work();
    // Before authentication the answer does not wait for its event.
    await server.settled();
    // Refusals that were only counted come late, in the name of an interval that is over.
    const events = (await server.eventsSince(before)).filter(
      ({ since, type }) => (since ?? from) >= from && !NOT_OF_THE_WORK.has(type),
    );
    return { result, events };
  };

  return {
    during,
    /** Expects `work` to be refused as said, with exactly one event about it; answers both. */
    async refused(
      work: () => Promise<Answer>,
      { status, error, event = 'request.refused' }: Refusal,
    ): Promise<{ answer: Answer; event: AuditEvent }> {
      const { result, events } = await during(work);
      // What the owner of a client is told stands beside what is counted of the address.
      const refusals = events.filter(
        ({ outcome, type }) => outcome === 'refused' && type !== 'client.authentication_refused',
      );
      expect({
        status: result.status,
        error: result.body['error'],
        refusals: refusals.map((one) => [one.type, one.error]),
        issued: events.filter(({ type }) => type === 'token.issued').length,
      }).toEqual({ status, error, refusals: [[event, error]], issued: 0 });
      return { answer: result, event: refusals[0] as AuditEvent };
    },
    /** Expects `work` to be granted with exactly one event 'token.issued'; answers both. */
    async issued(work: () => Promise<Answer>): Promise<{ answer: Answer; event: AuditEvent }> {
      const { result, events } = await during(work);
      const issued = events.filter(({ type }) => type === 'token.issued');
      expect({ status: result.status, error: result.body['error'], issued: issued.length }).toEqual({
        status: 200,
        error: undefined,
        issued: 1,
      });
      return { answer: result, event: issued[0] as AuditEvent };
    },
  };
};
