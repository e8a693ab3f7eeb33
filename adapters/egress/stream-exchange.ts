import type { Duplex } from 'node:stream';
import {
  type FetchReason,
  fetchFailed,
  type InternalPurpose,
  type TrustedStream,
} from '../../src/domain/ports/trusted-fetch.ts';
import type { Place } from './url-rules.ts';

const MOST_MILLISECONDS = 10_000;

/** Messages over TLS without HTTP, with the rules about places and connections that are given. */
export const streams = (deps: {
  readonly placeOf: (url: string, internal?: InternalPurpose) => Place | FetchReason;
  /** Opens a TLS connection to a checked address of the place. */
  readonly open: (place: Place, signal: AbortSignal) => Promise<Duplex>;
  readonly failureOf: (
    error: unknown,
    isTimedOut: boolean,
  ) => { readonly reason: FetchReason; readonly detail: string };
  readonly onOutcome: (outcome: FetchReason | 'fetched', host: string, detail: string) => void;
}): TrustedStream => {
  const placeAt = (address: string, internal: InternalPurpose | undefined): Place | FetchReason => {
    const place = deps.placeOf(`https://${address}/`, internal);
    return typeof place === 'string' || place.path === '/' ? place : 'url_not_allowed';
  };
  return {
    checkAddress(address, internal) {
      const place = placeAt(address, internal);
      return typeof place === 'string' ? place : undefined;
    },

    async stream({ address, internal, body, timeoutMilliseconds }) {
      const place = placeAt(address, internal);
      if (typeof place === 'string') throw fetchFailed(place, 'by its spelling');
      const signal = AbortSignal.timeout(Math.min(timeoutMilliseconds, MOST_MILLISECONDS));
      try {
        await sendOver(await deps.open(place, signal), body, signal);
        deps.onOutcome('fetched', place.host, '');
      } catch (error) {
        const { reason, detail } = deps.failureOf(error, signal.aborted);
        deps.onOutcome(reason, place.host, detail);
        throw fetchFailed(reason, detail);
      }
    },
  };
};

/**
 * Sends a body on an open TLS connection, ends it, and resolves when the receiver ends it too. Drops what the receiver sends.
 * Rejects with a failed fetch when the connection breaks, or when `signal` aborts.
 */
const sendOver = (socket: Duplex, body: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    let isEnded = false;
    const settle = (run: () => void): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      run();
    };
    const abort = (): void => settle(() => reject(fetchFailed('timed_out', 'the time is up')));
    const broken = (detail: string): void => settle(() => reject(fetchFailed('not_reachable', detail)));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) return abort();
    socket.on('error', (error: NodeJS.ErrnoException) => broken(error.code ?? 'unknown'));
    // A receiver that ends the connection before it was sent everything has not read it.
    socket.on('end', () => (isEnded ? settle(resolve) : broken('closed too early')));
    socket.on('close', () => broken('closed'));
    socket.resume();
    socket.end(body, () => {
      isEnded = true;
    });
  });
