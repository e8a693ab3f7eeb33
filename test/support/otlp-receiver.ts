/** An OTLP/HTTP receiver of logs on loopback: keeps the log records that it accepted, and answers as a test says. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { LocalAuthority } from './local-authority.ts';

type AnyValue = {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly kvlistValue?: { readonly values: readonly KeyValue[] };
};
type KeyValue = { readonly key: string; readonly value: AnyValue };
export type LogRecord = {
  readonly timeUnixNano: string;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: AnyValue;
  readonly attributes: readonly KeyValue[];
  readonly traceId?: string;
};

export const attributeOf = ({ attributes }: LogRecord, key: string): string | undefined => {
  const value = attributes.find((one) => one.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
};

/** The stream of a record, and its number in it. */
export const placeOf = (record: LogRecord): readonly [string, number] => [
  attributeOf(record, 'behalf.stream') ?? '',
  Number(attributeOf(record, 'behalf.sequence')),
];

export const otlpReceiver = async (authority: LocalAuthority) => {
  const records: LogRecord[] = [];
  const requests: { readonly headers: IncomingHttpHeaders; readonly body: string; readonly records: number }[] = [];
  /** Answers a request itself, and says whether it took the records. Default: takes them all. */
  const answering = {
    request: (given: readonly LogRecord[], response: ServerResponse): boolean => {
      void given;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
      return true;
    },
  };
  const served = await authority.serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const parsed = JSON.parse(body) as {
      readonly resourceLogs: readonly {
        readonly scopeLogs: readonly { readonly logRecords: readonly LogRecord[] }[];
      }[];
    };
    const given = parsed.resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
    requests.push({ headers: request.headers, body, records: given.length });
    if (answering.request(given, response)) records.push(...given);
  });
  return { ...served, url: `${served.origin}/v1/logs`, records, requests, answering };
};
