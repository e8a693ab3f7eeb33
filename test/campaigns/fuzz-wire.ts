/** One raw HTTP/1.1 request on a connection of its own: the fuzzer also sends what no HTTP library would. */
import { connect } from 'node:net';

export type WireAnswer = {
  /** 0 when the server closed the connection without an answer. */
  readonly status: number;
  readonly milliseconds: number;
  /** The answer's head and the beginning of its body. */
  readonly text: string;
  readonly isHung: boolean;
};

/**
 * Sends `bytes` and reads until the server closes or `timeoutMs` is over. Never rejects. `mayEnd`
 * closes our side at once: for requests that promise more than they hold.
 */
export const sendRaw = (port: number, bytes: Buffer, timeoutMs: number, mayEnd: boolean): Promise<WireAnswer> =>
  new Promise((resolve) => {
    const begin = performance.now();
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    let isHung = false;
    socket.setTimeout(timeoutMs, () => {
      isHung = true;
      socket.destroy();
    });
    socket.on('data', (chunk) => {
      if (text.length < 2000) text += chunk.toString('latin1');
    });
    // A reset after an early answer is no failure: what was read counts.
    socket.on('error', () => socket.destroy());
    socket.on('close', () =>
      resolve({
        status: Number(/^(?:HTTP\/1\.1 1\d\d[\s\S]*?\r\n\r\n)?HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
        milliseconds: performance.now() - begin,
        text,
        isHung,
      }),
    );
    if (mayEnd) socket.end(bytes);
    else socket.write(bytes);
  });

/** A request as text for a report: what is not printable is escaped. */
export const printable = (bytes: Buffer): string => {
  const text = JSON.stringify(bytes.toString('latin1'));
  return text.length > 1200 ? `${text.slice(0, 1200)}… (${bytes.length} bytes)` : text;
};
