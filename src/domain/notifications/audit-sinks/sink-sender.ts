import { hash } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import { retryAfterOf } from '../../ports/retry-after.ts';
import { type SinkFiles, sinkFileFailureOf } from '../../ports/sink-files.ts';
import { answeredOf, fetchReasonOf, type TrustedPost, type TrustedStream } from '../../ports/trusted-fetch.ts';
import { signedHeaders } from '../webhook-signature.ts';
import type { AuditSink } from './audit-sink.ts';
import { otlpRequest, rejectedRecords } from './otlp-logs.ts';
import type { SinkBatch } from './sink-payload.ts';
import type { SinkSource } from './sink-record.ts';

const TIMEOUT_MILLISECONDS = 10_000;
/** A receiver that answers one of these refuses the content: it may take fewer records at once, or all but one. */
const ABOUT_CONTENT: readonly (number | undefined)[] = [400, 413, 422];

/**
 * `acknowledged`: the sink has the records; `leftOut` of them it refused for good. Otherwise `failure` is one of our own codes.
 */
export type SinkOutcome =
  | { readonly isAcknowledged: true; readonly leftOut: number }
  | {
      readonly isAcknowledged: false;
      readonly failure: string;
      readonly status?: number;
      readonly retryAfterSeconds?: number;
    };

/** Whether the sink refused the content of a request, so that fewer records at once may succeed. */
export const isContentRefused = (status: number | undefined): boolean => ABOUT_CONTENT.includes(status);

export interface SinkSender {
  /** Makes one attempt, of at most ten seconds. Throws only unexpected errors. */
  send(sink: AuditSink, batch: SinkBatch): Promise<SinkOutcome>;
}

const DONE: SinkOutcome = { isAcknowledged: true, leftOut: 0 };

export const sinkSender = (deps: {
  readonly clock: Clock;
  readonly source: SinkSource;
  readonly post: TrustedPost['post'];
  readonly stream: TrustedStream['stream'];
  /** Absent without a folder. */
  readonly files: SinkFiles | undefined;
  /** The opened secret of a sink; throws when it cannot be read. */
  readonly secretOf: (sink: AuditSink) => string | undefined;
}): SinkSender => {
  const { clock, source, post, stream, files, secretOf } = deps;

  const toOtlp = async (sink: AuditSink, { texts }: SinkBatch): Promise<SinkOutcome> => {
    const authorization = secretOf(sink);
    const answer = await post({
      url: sink.address ?? '',
      purpose: 'audit_otlp',
      internal: 'auditSinks',
      body: otlpRequest(source, texts),
      ...(authorization === undefined ? {} : { authorization }),
      timeoutMilliseconds: TIMEOUT_MILLISECONDS,
    });
    return { isAcknowledged: true, leftOut: Math.min(rejectedRecords(answer), texts.length) };
  };

  const toWebhook = async (sink: AuditSink, { texts, first, last }: SinkBatch): Promise<SinkOutcome> => {
    const now = clock.now();
    const type = JSON.stringify({ type: 'audit.events', timestamp: new Date(now * 1000).toISOString() }).slice(0, -1);
    const body = `${type},"data":{"sink":"${sink.id}","format":"${sink.format}","events":[${texts.join(',')}]}}`;
    // The same at each attempt with these records, so that the receiver recognizes a repetition.
    const id = `msg_${hash('sha256', `${sink.id} ${first.id} ${last.id}`, 'base64url').slice(0, 32)}`;
    const secret = secretOf(sink);
    await post({
      url: sink.address ?? '',
      purpose: 'audit_webhook',
      internal: 'auditSinks',
      body,
      headers: signedHeaders({ id, body }, now, secret === undefined ? [] : [secret]),
      timeoutMilliseconds: TIMEOUT_MILLISECONDS,
    });
    return DONE;
  };

  const attempt = async (sink: AuditSink, batch: SinkBatch): Promise<SinkOutcome> => {
    if (sink.kind === 'otlp') return toOtlp(sink, batch);
    if (sink.kind === 'webhook') return toWebhook(sink, batch);
    if (sink.kind === 'syslog') {
      const body = batch.texts.join('');
      const address = sink.address ?? '';
      await stream({ address, internal: 'auditSinks', body, timeoutMilliseconds: TIMEOUT_MILLISECONDS });
      return DONE;
    }
    if (!files) return { isAcknowledged: false, failure: 'no_folder' };
    await files.append(sink.id, batch.texts);
    return DONE;
  };

  return {
    async send(sink, batch) {
      try {
        return await attempt(sink, batch);
      } catch (error) {
        const failure = fetchReasonOf(error) ?? sinkFileFailureOf(error);
        if (failure === undefined) throw error;
        const { status, retryAfter } = answeredOf(error) ?? {};
        const seconds = retryAfterOf(retryAfter, clock.now());
        return {
          isAcknowledged: false,
          failure,
          ...(status === undefined ? {} : { status }),
          ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
        };
      }
    },
  };
};
