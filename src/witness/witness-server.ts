/** HTTP of a witness (C2SP tlog-witness): `add-checkpoint`, and the last checkpoint of each log. Owns statuses and limits. */
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createPrivateFile, readPrivateJson } from '../../adapters/node/key-files.ts';
import { cosigner } from '../domain/audit/transparency-log/cosignature.ts';
import type { Clock } from '../domain/ports/clock.ts';
import { drain, listen } from '../listening.ts';
import { publicServer } from '../public-server.ts';
import type { WitnessConfiguration } from './configuration.ts';
import { originHash, witnessState } from './state.ts';
import { type Answer, type WitnessEvent, witness } from './witness.ts';

/** A note of 64 KiB, and 63 lines of a proof. */
const MOST_BYTES = 70_000;
const MOST_CONNECTIONS = 512;
const MONITORING = /^\/([0-9a-f]{64})\/checkpoint$/;

export interface WitnessServer {
  /** What verifiers of its cosignatures need (C2SP signed-note). */
  readonly verifierKey: string;
  /** Resolves to the port when it accepts connections. */
  listen(): Promise<number>;
  /** Finishes requests under way. */
  close(): Promise<void>;
}

/** The key in the folder; the first start creates it. Throws an Error for people when there is a state, but no key. */
const keyIn = (folder: string): JsonWebKey => {
  const file = join(folder, 'key.json');
  const read = () =>
    readPrivateJson<JsonWebKey>(file, {
      isRight: ({ kty, d }) => kty === 'OKP' && typeof d === 'string',
      remedy: 'Put back the key of this witness.',
    });
  const found = read();
  if (found) return found;
  const state = readPrivateJson<readonly string[]>(join(folder, 'origins.json'), {
    isRight: Array.isArray,
    remedy: 'Put back the file from the volume of this witness.',
  });
  if (state) throw new Error(`${file} is missing, and this witness has cosigned before. Put back its key.`);
  createPrivateFile(file, JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })));
  const made = read();
  if (!made) throw new Error(`${file} has vanished while it was made`);
  return made;
};

/** Creates the key at the first start. Throws an Error for people when the folder or a file in it is not usable. */
export const witnessServer = (
  { name, folder, listen: address, logs }: WitnessConfiguration,
  deps: { readonly clock: Pick<Clock, 'now'>; readonly log: (event: WitnessEvent) => void },
): WitnessServer => {
  const state = witnessState(folder);
  const signs = cosigner(name, keyIn(folder));
  const decides = witness({ ...deps, cosigner: signs, logs, state, hashOf: originHash });

  const send = (response: ServerResponse, { status, body, type = 'text/plain; charset=utf-8' }: AnyAnswer): void => {
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(body),
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    });
    response.end(body);
  };

  const add = async (request: IncomingMessage): Promise<AnyAnswer> => {
    const body = await bodyOf(request);
    if (body === undefined) return { status: 413, body: `a request has at most ${MOST_BYTES} bytes of UTF-8\n` };
    return decides.addCheckpoint(body);
  };

  const stored = (hash: string): AnyAnswer => {
    try {
      const note = decides.checkpoint(hash);
      return note === undefined ? NOT_FOUND : { status: 200, body: note };
    } catch (error) {
      deps.log({ event: 'failed', problem: (error as Error).message });
      return { status: 503, body: 'the state could not be read\n' };
    }
  };

  const answer = async (request: IncomingMessage): Promise<AnyAnswer> => {
    const { method, url = '' } = request;
    const [, hash] = MONITORING.exec(url) ?? [];
    const isAdding = url === '/add-checkpoint';
    const isKnown = isAdding || hash !== undefined || url === '/';
    if (!isKnown) return NOT_FOUND;
    if (method !== (isAdding ? 'POST' : 'GET')) return { status: 405, body: 'this path has another method\n' };
    if (isAdding) return add(request);
    if (hash !== undefined) return stored(hash);
    return { status: 200, body: `${signs.verifierKey}\n` };
  };

  const server: Server = publicServer(address, {
    handle: (request, response) => {
      // A sender that ends its connection gets no answer.
      void answer(request).then(
        (found) => send(response, found),
        () => response.destroy(),
      );
    },
  });
  server.maxConnections = MOST_CONNECTIONS;

  return {
    verifierKey: signs.verifierKey,
    async listen() {
      await listen(server, address, 'listen');
      const bound = server.address();
      return typeof bound === 'object' && bound ? bound.port : address.port;
    },
    close: () => drain(server),
  };
};

type AnyAnswer = Omit<Answer, 'status'> & { readonly status: Answer['status'] | 405 | 413 };

const NOT_FOUND: AnyAnswer = { status: 404, body: 'there is nothing here\n' };

/** The text of a body; undefined when it is too long, or no UTF-8. */
const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    return undefined;
  }
};
