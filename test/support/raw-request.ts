/** HTTP/1.1 byte by byte, for what no HTTP library sends: any Host, any target, broken framing. One connection a request. */
import { connect } from 'node:net';

export type RawAnswer = {
  /** 0 when the connection closed without an answer. */
  readonly status: number;
  /** Names in lower case; the first of several values. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Everything after the status line of the head, as it came. */
  readonly head: string;
  readonly isClosed: boolean;
};

export type RawRequest = {
  readonly method?: string;
  readonly target: string;
  /** Absent: the server's own. `null`: none. */
  readonly host?: string | null;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
};

/** Sends the bytes and reads until the server closes, or has answered fully and keeps the connection. */
export const sendBytes = (port: number, bytes: Buffer | string, more?: () => Buffer | undefined): Promise<RawAnswer> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const chunks: Buffer[] = [];
    let isClosed = false;
    let pump: NodeJS.Immediate | undefined;
    const finish = (): void => {
      clearImmediate(pump);
      socket.destroy();
      resolve(parse(Buffer.concat(chunks), isClosed));
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (isComplete(Buffer.concat(chunks)) && more === undefined) finish();
    });
    // A reset after an early answer is no failure: what was read counts.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      isClosed = true;
      finish();
    });
    socket.write(bytes);
    const send = (): void => {
      const next = socket.destroyed ? undefined : more?.();
      if (next === undefined) return;
      socket.write(next);
      pump = setImmediate(send);
    };
    send();
  });

export const rawRequest = (port: number, request: RawRequest): Promise<RawAnswer> => {
  const { method = 'GET', target, host = `localhost:${port}`, headers = [], body = '' } = request;
  const payload = Buffer.from(body);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(host === null ? [] : [`Host: ${host}`]),
    'Connection: close',
    ...(payload.length === 0 && method === 'GET' ? [] : [`Content-Length: ${payload.length}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return sendBytes(port, Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8'), payload]));
};

const parse = (bytes: Buffer, isClosed: boolean): RawAnswer => {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = (end === -1 ? text : text.slice(0, end)).split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [name = '', ...value] = line.split(':');
    if (!headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value.join(':').trim());
  }
  const rest = end === -1 ? '' : text.slice(end + 4);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(start)?.[1] ?? 0),
    headers,
    body: headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : rest,
    head: lines.join('\r\n'),
    isClosed,
  };
};

/** Good for ASCII, which is what errors and documents here are. */
const unchunked = (text: string): string => {
  let rest = text;
  let whole = '';
  for (;;) {
    const [, size = '0', after = ''] = /^([\da-f]+)\r\n([\s\S]*)$/i.exec(rest) ?? [];
    const length = Number.parseInt(size, 16);
    if (length === 0) return whole;
    whole += after.slice(0, length);
    rest = after.slice(length + 2);
  }
};

const isComplete = (bytes: Buffer): boolean => {
  const { headers, body } = parse(bytes, false);
  const length = headers.get('content-length');
  return length !== undefined && Buffer.byteLength(body) >= Number(length);
};
