/**
 * Cedar as WebAssembly, loaded by its first use in a process: to compile it takes a third of the processor time of a start, and no answer
 * but a decision needs it. Synchronous, because decisions are. Throws what loading it throws, at each use: without it nothing is decided.
 */
import { createRequire } from 'node:module';

type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs');

let loaded: Cedar | undefined;

export const cedar = (): Cedar => {
  loaded ??= createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as Cedar;
  return loaded;
};
