/**
 * An audit log whose callers have to wait for each event (invariant 5). A change that does not wait happens also when the
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

const complain = (type: AuditEvent['type']): never => {
  throw new Error(`nothing waits for the audit event ${type}`);
};

/**
 * The same `append`. `await` or `then` has to follow in the turn of the event loop in which it is called; else
 * `onForgotten` is called, which by default fails the test that runs.
 */
export const awaitedAppend =
  <T>(append: (event: AuditEvent) => Promise<T>, onForgotten: (type: AuditEvent['type']) => void = complain) =>
  (event: AuditEvent): Promise<T> => {
    const watched = new Watched<T>((resolve) => resolve(append(event)));
    afterThisTurn(() => {
      if (!watched.isAwaited) onForgotten(event.type);
    });
    return watched;
  };
