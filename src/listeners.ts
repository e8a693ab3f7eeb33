/**
 * The two listeners of a process: the public one, and the one for operators (health, metrics). Binds both before anything is
 * created in the data folder. Requests wait until a handler takes over, so that a proxy that sends them to a starting node
 * sees no error. Requests that wait too long, or are too many, get 503. Called by main.ts.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Configuration } from '../config/configuration.ts';
import { expositionOf, metrics } from './http/metrics.ts';
import { operationsServer } from './http/operations.ts';
import { drain, listen } from './listening.ts';
import { publicServer } from './public-server.ts';

type Operations = Parameters<typeof operationsServer>[0];

/** The handlers of public requests and of operators' requests. */
export type Answering = Operations & {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
};

const RETRY_SECONDS = 1;
/** Most requests that wait for the start at one time, and the longest wait of each. */
const MOST_WAITING = 1_000;
const LONGEST_WAIT_MS = 5_000;

/** Answers every request with 503, `temporarily_unavailable` and this text. */
export const unavailable =
  (text: string, retrySeconds: number): Answering['handle'] =>
  (_request, response) => {
    response.writeHead(503, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'Retry-After': String(retrySeconds),
    });
    response.end(JSON.stringify({ error: 'temporarily_unavailable', error_description: text }));
  };

export interface Listeners {
  /** From now on `one` handles the requests. */
  answerWith(one: Answering): void;

  /** Finishes the requests under way and accepts no new connection. Idempotent. */
  drainPublic(): Promise<void>;

  /** The same for the listener of the operators. */
  drainOperations(): Promise<void>;
}

/** Binds both. If an address or a certificate is not usable, throws an Error that says what to do, and binds neither. */
export const boundListeners = async (configuration: Configuration): Promise<Listeners> => {
  let answering = STARTING;
  const waiting = new Set<() => void>();
  const letGo = (): void => {
    for (const goOn of [...waiting]) goOn();
  };
  const handle: Answering['handle'] = (request, response) => {
    if (answering !== STARTING || waiting.size >= MOST_WAITING) {
      answering.handle(request, response);
      return;
    }
    const goOn = (): void => {
      clearTimeout(timer);
      waiting.delete(goOn);
      if (!response.destroyed) answering.handle(request, response);
    };
    const timer = setTimeout(goOn, LONGEST_WAIT_MS);
    waiting.add(goOn);
  };
  const server = publicServer(configuration.listen, { handle });
  const operations = operationsServer({
    readiness: () => answering.readiness(),
    exposition: () => answering.exposition(),
  });
  await listen(server, configuration.listen);
  try {
    await listen(operations, configuration.operations);
  } catch (error) {
    await drain(server);
    throw error;
  }
  return {
    answerWith(one: Answering): void {
      answering = one;
      letGo();
    },
    drainPublic: () => {
      letGo();
      return drain(server);
    },
    drainOperations: () => drain(operations),
  };
};

const STARTING: Answering = {
  handle: unavailable('the server is starting', RETRY_SECONDS),
  readiness: async () => ({ isReady: false, reasons: { process: 'is starting' } }),
  exposition: () => expositionOf(metrics().registry),
};
