/** Events in the Common Event Format (CEF version 0), within messages of syslog (RFC 5424). */
import { AUDIT_EVENTS } from '../../audit/audit-event.ts';
import { gravityOf, reasonOf, type SinkRecord, type SinkSource } from './sink-record.ts';

const SEVERITY = { informational: 3, refused: 6, finding: 9 } as const;

/** Facility 13, `log audit`; severities 6 (informational), 4 (warning) and 2 (critical), RFC 5424 §6.2.1. */
const PRIORITY = { informational: 13 * 8 + 6, refused: 13 * 8 + 4, finding: 13 * 8 + 2 } as const;

/** RFC 5424 §6: most characters of a message id. */
const MOST_MESSAGE_ID = 32;

/** A value of the extension on one line: `\`, `=` and line ends are escaped. */
const value = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('=', '\\=').replaceAll('\r', '\\r').replaceAll('\n', '\\n');

/** A field of the header on one line: `\` and `|` are escaped. */
const field = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/[\r\n]+/g, ' ');

const sentence = (text: string): string => /^[^.]*/.exec(text)?.[0] ?? text;

/** One event as CEF, on one line. docs/reference/audit-sinks.md lists the keys. */
export const cefEvent = (record: SinkRecord, { version }: Pick<SinkSource, 'version'>): string => {
  const { id, stream, sequence, at, hash, event } = record;
  const labelled: readonly (readonly [string, string | undefined])[] = [
    ['agent', event.agent],
    ['transaction', event.txn],
    ['delegation', event.delegation],
    ['token', event.token?.id],
    ['decision', event.decision],
    ['recordHash', hash],
  ];
  const extension: readonly (readonly [string, string | number | undefined])[] = [
    ['rt', at],
    ['externalId', id],
    ['deviceExternalId', stream],
    ['cn1Label', 'sequence'],
    ['cn1', sequence],
    ['act', event.type],
    ['outcome', event.outcome],
    ['reason', event.error],
    ['msg', reasonOf(event)],
    ['suid', event.caller],
    ['duid', event.subject],
    ['src', event.personal?.source],
    ['suser', event.personal?.username],
    ['request', event.resource],
    ['requestContext', event.request],
    ['cnt', event.count],
    ['flexString1Label', event.target && 'target'],
    ['flexString1', event.target && `${event.target.kind} ${event.target.id}`],
    ...labelled.flatMap(([label, text], at) =>
      text === undefined ? [] : [[`cs${at + 1}Label`, label] as const, [`cs${at + 1}`, text] as const],
    ),
  ];
  const keys = extension
    .filter(([, given]) => given !== undefined)
    .map(([key, given]) => `${key}=${value(String(given))}`)
    .join(' ');
  const name = field(sentence(AUDIT_EVENTS[event.type] ?? event.type));
  return `CEF:0|Behalf|Behalf|${field(version)}|${field(event.type)}|${name}|${SEVERITY[gravityOf(event)]}|${keys}`;
};

/** `text` as a message of RFC 5424, framed by its length in bytes (RFC 5425 §4.3). */
export const syslogFrame = (record: SinkRecord, { issuer }: Pick<SinkSource, 'issuer'>, text: string): string => {
  const { at, event } = record;
  const host = new URL(issuer).hostname;
  const header = `<${PRIORITY[gravityOf(event)]}>1 ${new Date(at).toISOString()} ${host} behalf - ${event.type.slice(0, MOST_MESSAGE_ID)} -`;
  const message = `${header} ${text}`;
  return `${Buffer.byteLength(message)} ${message}`;
};
