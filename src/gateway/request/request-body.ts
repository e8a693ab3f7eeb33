/** Reads whole request bodies, within a bound for each and a bound for all. The upstream gets exactly these bytes. */
import type { IncomingMessage } from 'node:http';
import { RequestRefused } from './request-refused.ts';

export interface RequestBodies {
  /** A reader for one request, which reads it once. The bytes count until `release`. */
  of(request: IncomingMessage): RequestBody;
}

interface RequestBody {
  /** The whole body, at once where the request has none. Rejects with RequestRefused. */
  read(): Promise<Buffer> | Buffer;
  /** The bytes are not needed any more. Idempotent. */
  release(): void;
}

const EMPTY = Buffer.alloc(0);

/** Calls `take` with each piece, and resolves at the end. Rejects if the connection ends before, and with what `take` throws. */
const eachChunk = (request: IncomingMessage, take: (chunk: Buffer) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    let isWhole = false;
    const broken = (): void => {
      // The stack of an error that nothing reads costs more than the rest.
      if (!isWhole) reject(new RequestRefused(400, 'body_incomplete', 'The connection ended before the body did.'));
    };
    const onData = (chunk: Buffer): void => {
      try {
        take(chunk);
      } catch (error) {
        // What is left of the body is not read here.
        request.off('data', onData);
        request.pause();
        reject(error);
      }
    };
    if (request.destroyed) return broken();
    request.on('error', broken);
    request.on('close', broken);
    request.on('end', () => {
      isWhole = true;
      resolve();
    });
    request.on('data', onData);
  });

const hasContent = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const NONE: RequestBody = { read: () => EMPTY, release: () => undefined };

export const requestBodies = (limits: {
  readonly bodyBytes: number;
  readonly bufferedBytes: number;
}): RequestBodies => {
  let held = 0;

  return {
    of(request) {
      if (!hasContent(request)) return NONE;
      let mine = 0;
      let reading: Promise<Buffer> | undefined;
      let isReleased = false;

      const count = (bytes: number): void => {
        if (mine + bytes > limits.bodyBytes) {
          throw new RequestRefused(413, 'body_too_large', `The body has more than ${limits.bodyBytes} bytes.`);
        }
        if (held + bytes > limits.bufferedBytes) {
          throw new RequestRefused(
            503,
            'gateway_busy',
            'The gateway holds too many bodies now. Send the request again later.',
          );
        }
        mine += bytes;
        held += bytes;
      };

      const readAll = async (): Promise<Buffer> => {
        if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytes) count(limits.bodyBytes + 1);
        const chunks: Buffer[] = [];
        await eachChunk(request, (chunk) => {
          // Nothing counts after the release: there is no second one.
          if (isReleased) return;
          count(chunk.byteLength);
          chunks.push(chunk);
        });
        return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      };

      return {
        read() {
          reading ??= readAll();
          return reading;
        },
        release() {
          isReleased = true;
          held -= mine;
          mine = 0;
        },
      };
    },
  };
};
