/**
 * Events as OTLP logs in JSON (OpenTelemetry Protocol 1.x, `ExportLogsServiceRequest`). Attributes are those of the semantic
 * conventions where one exists, `gen_ai.*` among them; all others begin with `behalf.`.
 */
import { gravityOf, reasonOf, type SinkRecord, type SinkSource } from './sink-record.ts';

type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } };

type KeyValue = { readonly key: string; readonly value: AnyValue };

/** Severity numbers INFO, WARN and ERROR. */
const SEVERITY = {
  informational: { severityNumber: 9, severityText: 'INFO' },
  refused: { severityNumber: 13, severityText: 'WARN' },
  finding: { severityNumber: 17, severityText: 'ERROR' },
} as const;

const keyValues = (object: object): readonly KeyValue[] =>
  Object.entries(object).flatMap(([key, given]) => (given === undefined ? [] : [{ key, value: anyValue(given) }]));

const anyValue = (given: unknown): AnyValue => {
  if (typeof given === 'string') return { stringValue: given };
  if (typeof given === 'boolean') return { boolValue: given };
  if (typeof given === 'number')
    return Number.isSafeInteger(given) ? { intValue: String(given) } : { doubleValue: given };
  if (Array.isArray(given)) return { arrayValue: { values: given.map(anyValue) } };
  if (typeof given === 'object' && given !== null) return { kvlistValue: { values: keyValues(given) } };
  return { stringValue: '' };
};

/** The W3C trace context of the transaction, where its agent gave one: trace id and span id. */
const TRACEPARENT = /^[0-9a-f]{2}-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-[0-9a-f]{2}$/;

/** One `LogRecord`. The body is the whole event. */
export const otlpLogRecord = (record: SinkRecord): object => {
  const { id, stream, sequence, at, hash, event } = record;
  const nano = `${at}000000`;
  const trace = TRACEPARENT.exec(String(event.inputs?.['traceparent'] ?? ''))?.groups;
  const tool = event.type === 'report.stated' ? event.inputs?.['tool'] : undefined;
  return {
    timeUnixNano: nano,
    observedTimeUnixNano: nano,
    ...SEVERITY[gravityOf(event)],
    eventName: `behalf.${event.type}`,
    body: anyValue(event),
    attributes: keyValues({
      'log.record.uid': id,
      'behalf.stream': stream,
      'behalf.sequence': sequence,
      'behalf.hash': hash,
      'behalf.outcome': event.outcome,
      'behalf.transaction': event.txn,
      'behalf.delegation': event.delegation,
      'behalf.decision': event.decision,
      'behalf.approval': event.approval,
      'behalf.token': event.token?.id,
      'behalf.caller': event.caller,
      'behalf.resource': event.resource,
      'behalf.reason': reasonOf(event),
      'error.type': event.error,
      'user.id': event.subject,
      'client.address': event.personal?.source,
      'gen_ai.agent.id': event.agent,
      'gen_ai.operation.name': typeof tool === 'string' ? 'execute_tool' : undefined,
      'gen_ai.tool.name': typeof tool === 'string' ? tool : undefined,
    }),
    ...(trace ? { traceId: trace['traceId'], spanId: trace['spanId'] } : {}),
  };
};

/** The body of a request, from the JSON texts of log records. */
export const otlpRequest = ({ issuer, version }: SinkSource, logRecords: readonly string[]): string => {
  const resource = {
    attributes: keyValues({ 'service.name': 'behalf', 'service.version': version, 'behalf.issuer': issuer }),
  };
  const scope = { name: 'behalf.audit', version };
  return `{"resourceLogs":[{"resource":${JSON.stringify(resource)},"scopeLogs":[{"scope":${JSON.stringify(scope)},"logRecords":[${logRecords.join(',')}]}]}]}`;
};

/** How many records the receiver refused of an acknowledged request (OTLP/HTTP, partial success). */
export const rejectedRecords = (answer: Uint8Array): number => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(answer).toString('utf8'));
    const partial = (parsed as { readonly partialSuccess?: { readonly rejectedLogRecords?: unknown } }).partialSuccess;
    const count = Number(partial?.rejectedLogRecords ?? 0);
    return Number.isSafeInteger(count) && count > 0 ? count : 0;
  } catch {
    return 0;
  }
};
