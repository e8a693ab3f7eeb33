/** An archive of the audit log in a bucket of S3, or of another service with its API. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ArchiveFiles } from '../../src/domain/ports/archive-files.ts';
import { type S3Credentials, signedHeaders } from './signature.ts';

export type BucketSettings = {
  /** https, or http on loopback; without a slash at its end. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** In front of each name: empty, or with a slash at its end. */
  readonly prefix: string;
  readonly credentials: S3Credentials;
};

/** Requests for one object, at most: while the service answers 5xx or 429, or not at all. */
const MOST_REQUESTS = 4;
const FIRST_PAUSE_MILLISECONDS = 250;
const TIMEOUT_MILLISECONDS = 30_000;
/** A file of an archive has 256 records, each up to 128 Ki characters. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The code in an error of S3: `NoSuchKey`. */
const codeIn = (body: Buffer): string => /<Code>([A-Za-z]{1,60})<\/Code>/.exec(body.toString('latin1'))?.[1] ?? '';

export const archiveBucket = (
  { endpoint, region, bucket, prefix, credentials }: BucketSettings,
  nowMillis: () => number,
): ArchiveFiles => {
  const { origin, host } = new URL(endpoint);

  const once = async (method: 'GET' | 'PUT', path: string, body: Uint8Array) => {
    const request = { method, host, path, body };
    const { host: _, ...headers } = signedHeaders(request, credentials, { region, millis: nowMillis() });
    const answer = await fetch(`${origin}${path}`, {
      ...{ method, headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) },
      ...(method === 'PUT' ? { body } : {}),
    });
    if (Number(answer.headers.get('content-length') ?? 0) > MOST_BYTES) throw new Error('the object is too large');
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
  };

  const ask = async (method: 'GET' | 'PUT', name: string, body: Uint8Array) => {
    const path = `/${bucket}/${prefix}${name}`;
    for (let requests = 1; ; requests += 1) {
      const answer = await once(method, path, body).catch((cause: unknown) => ({ cause }));
      const isPassing = 'cause' in answer || answer.status >= 500 || answer.status === 429;
      if (!isPassing) return answer;
      if (requests === MOST_REQUESTS) {
        const why = 'cause' in answer ? 'it cannot be reached' : `status ${answer.status}`;
        throw new Error(`The bucket ${bucket} at ${origin} does not answer: ${why}. Run the command again later.`);
      }
      await delay(FIRST_PAUSE_MILLISECONDS * 2 ** (requests - 1));
    }
  };

  const refused = (name: string, status: number, code: string): never => {
    throw new Error(
      `The bucket ${bucket} at ${origin} refused ${prefix}${name}: ${code || `status ${status}`}. Check the bucket, the region, and the rights of the credentials.`,
    );
  };

  return {
    async read(name) {
      const { status, bytes } = await ask('GET', name, new Uint8Array());
      if (status === 200) return bytes;
      const code = codeIn(bytes);
      // A bucket that is missing is also 404, and is no empty archive.
      return status === 404 && code === 'NoSuchKey' ? undefined : refused(name, status, code);
    },
    async write(name, body) {
      const { status, bytes } = await ask('PUT', name, body);
      if (status !== 200) refused(name, status, codeIn(bytes));
    },
  };
};
