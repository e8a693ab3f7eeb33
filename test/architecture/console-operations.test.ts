/** What the management API can do, a user does in the console: each operation is called by a page, or this table says why not. */
import { describe, expect, test } from '@jest/globals';
import { routeEntries } from '../../src/http/management/resource-table.ts';
import { deliveredFiles } from './source-files.ts';

/** Operations that no page of the console calls, and why. */
const NOT_CALLED: Readonly<Record<string, string>> = {
  // For programs.
  declareComposition: 'the agent declares what it runs with; pages approve it',
  openTransaction: 'an agent or app opens its own; pages show and close them',
  proveAuditEvent: 'a proof for a program that verifies the log',
  proveLogConsistency: 'a proof for a program that verifies the log',
  rotateCredential: 'the agent replaces its own key, proven by the old one; a page calls replaceCredentialKeys',
  startInstance: 'an instance registers itself',
  // Shown by a page that reads the same object otherwise.
  findOwner: 'forms take the name of an owner and look it up themselves',
  getEffectiveAgent: 'the page of an agent computes it with the same functions',
  getInstance: 'the page of an agent lists its instances',
  getInventoryEntry: 'the list of apps has all members',
  getMe: 'the head of each page names the account',
  getSession: 'the page of a person lists their sessions',
  getUpstreamLink: 'the page of a person lists their connections',
  listCompositions: 'the page of an agent shows the approved one and the drift',
  listCredentials: 'the page of an agent shows its credentials',
};

/** A question whether the viewer may is no call. */
const QUESTION = /\b(?:may|mayAll|access|routeOf)\('\w+'/g;

const code = deliveredFiles()
  .filter(({ path }) => path.startsWith('src/http/console/'))
  .map((file) => file.code.replaceAll(QUESTION, ''))
  .join('\n');

describe('operations of the management API', () => {
  const operations = routeEntries().map(([id]) => id as string);

  test('are each called by a page of the console, or stand in the table with a reason', () => {
    const uncalled = operations.filter((id) => !code.includes(`'${id}'`));
    expect(uncalled.sort()).toEqual(Object.keys(NOT_CALLED).sort());
    expect(operations.length).toBeGreaterThan(250);
  });

  test('in the table have a reason of some words', () => {
    expect(Object.entries(NOT_CALLED).filter(([, reason]) => reason.split(' ').length < 4)).toEqual([]);
  });
});
