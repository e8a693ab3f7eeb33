/**
 * Sends reports to the server, many in a request. No request of the API waits for it, and none fails because of it. The queue is
 * bounded: what does not fit is counted as dropped.
 */
import type { HttpClient } from '../http-client.ts';
import type { Authenticate } from '../introspection.ts';
import type { IssuerMetadata } from '../issuer-metadata.ts';
import type { Settings } from '../settings.ts';
import { type Report, type ReportedToken, type WireReport, wireReport } from './report.ts';
import type { ReportSettings } from './report-settings.ts';

/** Bounds of the server for one request; the bytes leave room for the list around the reports. */
const MOST_REPORTS = 500;
const MOST_BYTES = 1_000_000;
/** The server takes no older report. */
const MOST_LATE_SECONDS = 86_400;
const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 60;
/** The same reports would be refused again. */
const WILL_NOT_DO: readonly number[] = [400, 413];

export interface Reports {
  /** Reports that did not reach the server: the queue was full, they were too old, malformed or refused, or the API ended. */
  readonly dropped: number;
  /** Reports that wait or are being sent. */
  readonly queued: number;
  /** Sends what waits now. Resolves when each was answered or the server could not be reached. Never rejects. */
  flush(): Promise<void>;
}

export interface ReportSender extends Reports {
  /** Puts a report into the queue, or drops it. Never throws. */
  add(token: ReportedToken, report: Report): void;
  /** Sends what waits, once; drops the rest and all that comes later. Idempotent. */
  close(): Promise<void>;
}

type Result = { readonly status?: unknown; readonly reason?: unknown };

export const reportSender = (
  { mostQueued, interval }: ReportSettings,
  { clock, log }: Pick<Settings, 'clock' | 'log'>,
  deps: { readonly metadata: IssuerMetadata; readonly authenticate: Authenticate; readonly http: HttpClient },
): ReportSender => {
  let queue: WireReport[] = [];
  let dropped = 0;
  let pause = FIRST_PAUSE_SECONDS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const drop = (count: number, detail: string): void => {
    if (count === 0) return;
    dropped += count;
    log({ event: 'report_dropped', reason: 'report_dropped', description: `${count} reports were dropped.`, detail });
  };

  /** As many of the oldest as fit into a request, without those that are too old. */
  const nextBatch = (): readonly WireReport[] => {
    const oldest = clock() - MOST_LATE_SECONDS;
    const kept = queue.filter(({ time }) => time >= oldest);
    drop(queue.length - kept.length, 'the server could not be reached for a day');
    queue = kept;
    let bytes = 0;
    const end = queue.findIndex((one) => {
      bytes += one.bytes + 1;
      return bytes > MOST_BYTES;
    });
    return queue.slice(0, Math.min(MOST_REPORTS, end === -1 ? queue.length : end));
  };

  /** Removes from the queue what was answered. Returns whether each report was. Throws Refusal (503). */
  const send = async (batch: readonly WireReport[]): Promise<boolean> => {
    const { status, body } = await deps.http.json(
      await deps.metadata.endpoint('report_endpoint'),
      {
        method: 'POST',
        headers: { authorization: (await deps.authenticate()).authorization, 'content-type': 'application/json' },
        body: `{"reports":[${batch.map(({ json }) => json).join(',')}]}`,
      },
      [200, ...WILL_NOT_DO],
    );
    const results: readonly Result[] = Array.isArray(body['results']) ? body['results'] : [];
    const isDone = status !== 200;
    if (!isDone && results.length !== batch.length) throw new Error('the answer has no result for each report');
    const later = new Set(batch.filter((_, at) => !isDone && results[at]?.status === 'later'));
    const sent = new Set(batch);
    queue = queue.filter((one) => !sent.has(one) || later.has(one));
    const reasons = results.filter((one) => one?.status === 'refused').map(({ reason }) => String(reason));
    drop(isDone ? batch.length : reasons.length, isDone ? `status ${status}` : [...new Set(reasons)].join(', '));
    return later.size === 0;
  };

  /** Sends all that waits at its beginning, in several requests where needed. Stops at the first failure. */
  const sendAll = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    try {
      for (let left = queue.length; left > 0 && queue.length > 0; ) {
        const batch = nextBatch();
        left -= batch.length;
        if (batch.length > 0 && !(await send(batch))) throw new Error('some reports are being recorded');
      }
      pause = FIRST_PAUSE_SECONDS;
    } catch (error) {
      pause = Math.min(pause * 2, LONGEST_PAUSE_SECONDS);
      const detail = String((error as Error)?.message ?? error);
      log({ event: 'server_unreachable', reason: 'reports_delayed', description: 'Reports wait.', detail });
    }
  };

  const start = (): Promise<void> => {
    sending ??= sendAll().finally(() => {
      sending = undefined;
      if (queue.length > 0) later();
    });
    return sending;
  };

  const flush = async (): Promise<void> => {
    // What came after its beginning is not part of it.
    await sending;
    if (queue.length > 0) await start();
  };

  const finish = async (): Promise<void> => {
    await flush();
    clearTimeout(timer);
    drop(queue.length, 'the API has ended');
    queue = [];
  };

  const later = (): void => {
    if (timer !== undefined || sending || closing) return;
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    // Half of it up to all of it, so that many processes do not come back at once.
    const seconds = pause === FIRST_PAUSE_SECONDS ? interval : (pause * (1 + random / 2 ** 32)) / 2;
    timer = setTimeout(() => void start(), seconds * 1000);
    // A process may end meanwhile: `close` sends what waits.
    (timer as { unref?(): void }).unref?.();
  };

  return {
    get dropped() {
      return dropped;
    },
    get queued() {
      return queue.length;
    },
    flush,
    add(token, report) {
      if (closing || queue.length >= mostQueued) {
        drop(1, closing ? 'the API has ended' : `${mostQueued} reports wait`);
        return;
      }
      const wire = wireReport(token, report, clock());
      if (typeof wire === 'string') {
        drop(1, wire);
        return;
      }
      queue.push(wire);
      if (queue.length === MOST_REPORTS && pause === FIRST_PAUSE_SECONDS) void start();
      else later();
    },
    close() {
      closing ??= finish();
      return closing;
    },
  };
};
