import type { AuditSink } from './audit-sink.ts';
import { cefEvent, syslogFrame } from './cef-event.ts';
import { ocsfEvent } from './ocsf-event.ts';
import { otlpLogRecord } from './otlp-logs.ts';
import { type SinkRecord, type SinkSource, sinkJson } from './sink-record.ts';

/** Most bytes of the events of one request. An event that is longer goes alone. */
const MOST_BYTES = 1_048_576;
/** Events that are written before waiting requests run. */
const AT_A_TIME = 50;

/** The texts of events of one batch. They may be fewer than were given, but at least one. */
export type SinkBatch = { readonly texts: readonly string[]; readonly first: SinkRecord; readonly last: SinkRecord };

/** The text of one event in the form of a sink. For syslog: with its frame. */
const sinkText = (
  { kind, format }: Pick<AuditSink, 'kind' | 'format'>,
  record: SinkRecord,
  source: SinkSource,
): string => {
  if (kind === 'otlp') return JSON.stringify(otlpLogRecord(record));
  const text =
    format === 'cef'
      ? cefEvent(record, source)
      : format === 'ocsf'
        ? JSON.stringify(ocsfEvent(record, source))
        : sinkJson(record);
  return kind === 'syslog' ? syslogFrame(record, source, text) : text;
};

/** Texts of the first records, at most 1 MiB. `records` is not empty. */
export const sinkBatch = async (
  sink: Pick<AuditSink, 'kind' | 'format'>,
  records: readonly SinkRecord[],
  source: SinkSource,
  pause: () => Promise<void>,
): Promise<SinkBatch | undefined> => {
  const [first] = records;
  if (!first) return undefined;
  const texts: string[] = [];
  let last = first;
  let bytes = 0;
  for (const record of records) {
    const text = sinkText(sink, record, source);
    bytes += Buffer.byteLength(text);
    if (texts.length > 0 && bytes > MOST_BYTES) break;
    texts.push(text);
    last = record;
    if (texts.length % AT_A_TIME === 0) await pause();
  }
  return { texts, first, last };
};
