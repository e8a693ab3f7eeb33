/** A thread of `verify-thread-pool.ts`: checks blocks of lines of an export. */
import { parentPort } from 'node:worker_threads';
import { checkLines } from '../domain/audit/line-check.ts';

parentPort?.on('message', (bytes: Uint8Array) => parentPort?.postMessage(checkLines(bytes)));
