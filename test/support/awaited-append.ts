/**
 * An audit log whose callers have to wait for each event (invariant 5), and state no member without a value. A change that does not wait happens also when the
 * event cannot be stored, and no answer shows that while the store works.
 */
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';

/** Of the process, also where a test replaces the timers. */
const afterThisTurn = globalThis.setImmediate;

/** `await` calls `then` of a subclass, as `catch` and `finally` do. */
class Watched<T> extends Promise<T> {
  isAwaited = false;

  // biome-ignore lint/suspicious/noThenProperty: this is what `await` calls
  override then: Promise<T>['then'] = (...parameters) => {
    this.isAwaited = true;
    return super.then(...parameters);
  };
}

const complain = (fault: string): never => {
  throw new Error(fault);
};

/**
 * A member of the event that is present without a value. The types forbid it (`exactOptionalPropertyTypes`), but the compiler
 * does not see it where a condition decides whether a member is spread.
 */
const emptyMember = (event: AuditEvent): string | undefined =>
  Object.entries({ ...event, ...event.personal }).find(([, value]) => value === undefined)?.[0];

/**
 * The same `append`. `await` or `then` has to follow in the turn of the event loop in which it is called, and each member
 * of the event has a value. Else `onFault` is called, which by default fails the test that runs.
 */
export const awaitedAppend =
  <T, More extends readonly unknown[]>(
    append: (event: AuditEvent, ...more: More) => Promise<T>,
    onFault: (fault: string) => void = complain,
  ) =>
  (event: AuditEvent, ...more: More): Promise<T> => {
    const watched = new Watched<T>((resolve) => resolve(append(event, ...more)));
    const empty = emptyMember(event);
    afterThisTurn(() => {
      if (empty !== undefined) onFault(`the audit event ${event.type} has no value in ${empty}`);
      if (!watched.isAwaited) onFault(`nothing waits for the audit event ${event.type}`);
    });
    return watched;
  };
