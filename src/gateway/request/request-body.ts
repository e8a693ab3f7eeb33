/** Reads whole request bodies, within a bound for each and a bound for all. The upstream gets exactly these bytes. */
import type { IncomingMessage } from 'node:http';

/** A body that is not read. */
export class BodyRefused extends Error {
  readonly status: 413 | 503 | 400;
  readonly reason: string;

  constructor(status: 413 | 503 | 400, reason: string, message: string) {
    super(message);
    this.name = 'BodyRefused';
    this.status = status;
    this.reason = reason;
  }
}

export interface RequestBodies {
  /** A reader for one request, which reads it once. The bytes count until `release`. */
  of(request: IncomingMessage): RequestBody;
}

interface RequestBody {
  /** The whole body. Rejects with BodyRefused. */
  read(): Promise<Buffer>;
  /** The bytes are not needed any more. Idempotent. */
  release(): void;
}

const EMPTY = Buffer.alloc(0);

const hasContent = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

export const requestBodies = (limits: {
  readonly bodyBytes: number;
  readonly bufferedBytes: number;
}): RequestBodies => {
  let held = 0;

  return {
    of(request) {
      let mine = 0;
      let reading: Promise<Buffer> | undefined;
      let isReleased = false;

      const count = (bytes: number): void => {
        if (mine + bytes > limits.bodyBytes) {
          throw new BodyRefused(413, 'body_too_large', `The body has more than ${limits.bodyBytes} bytes.`);
        }
        if (held + bytes > limits.bufferedBytes) {
          throw new BodyRefused(
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
        try {
          for await (const chunk of request.iterator({ destroyOnReturn: false })) {
            // Nothing counts after the release: there is no second one.
            if (isReleased) break;
            count((chunk as Buffer).byteLength);
            chunks.push(chunk as Buffer);
          }
        } catch (error) {
          if (error instanceof BodyRefused) throw error;
          throw new BodyRefused(400, 'body_incomplete', 'The connection ended before the body did.');
        }
        return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      };

      return {
        read() {
          reading ??= hasContent(request) ? readAll() : Promise.resolve(EMPTY);
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
