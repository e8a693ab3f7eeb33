/**
 * Marks of tests that no store changes, in files that `npm run test:servers` runs because a store changes others of them
 * (server-files.ts). They are about what a request says, about texts, or about what follows from documents that were read. A file
 * that is named runs whole.
 */
import { describe, test } from '@jest/globals';
import { LEAVES_OUT } from './run-jest.ts';

const isLeftOut = (): boolean => process.env[LEAVES_OUT] !== undefined;

type Each = { readonly each: unknown };
const nothing = Object.assign(() => undefined, { each: () => () => undefined });
// Asked at each use: Jest makes its functions anew for each file.
const marked = <Function extends Each>(present: () => Function): Function =>
  new Proxy(nothing as unknown as Function, {
    apply: (_, self, given) => Reflect.apply((isLeftOut() ? nothing : present()) as never, self, given),
    get: (_, name) => Reflect.get(isLeftOut() ? nothing : present(), name),
  });

export const testOfAnyStore: typeof test = marked(() => test);
export const describeOfAnyStore: typeof describe = marked(() => describe);

/** The first `count` of a table of cases where the marked tests are left out: of cases that take the same way through the store. */
export const fewOnServers = <Case>(cases: readonly Case[], count: number): readonly Case[] =>
  isLeftOut() ? cases.slice(0, count) : cases;
