/**
 * What the metadata of SCIM and Shared Signals claims, and the tests by clause that show it. A claim without a test fails here, and so
 * does a test that is not there any more.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RECEIVED_EVENTS } from '../../src/domain/signals/receiver/transmitter.ts';
import { SENT_EVENTS } from '../../src/domain/signals/security-events.ts';
import { makeDirectory } from '../support/directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';

/** File below `test`, and a part of the text of a test in it, which names the clause. */
type Shown = readonly [file: string, title: string];
type Claims = Readonly<Record<string, readonly Shown[]>>;

const USERS = 'integration/scim-users.test.ts';
const GROUPS = 'integration/scim-groups.test.ts';
const BULK = 'integration/scim-bulk.test.ts';
const CLAIMS = 'integration/scim-claims.test.ts';
const AGENTS = 'integration/scim-agents.test.ts';
const SECRETS = 'integration/scim-secrets.test.ts';
const SENDER = 'integration/signals-transmitter.test.ts';
const PUSHED = 'integration/signals-push.test.ts';
const SENT = 'unit/signals/events-of-audit.test.ts';
const RECEIVED = 'unit/signals/received-events.test.ts';

const PAGES: Shown = [CLAIMS, 'pagination.maxPageSize bound a page, and defaultPageSize is its size (RFC 9865 §4)'];
const PLACES: Shown = [CLAIMS, 'each resource type names a schema that is there, and has its endpoint (RFC 7643 §6)'];

/** RFC 7643 §5, RFC 9865 §4, draft-abbey-scim-agent-extension. */
const SCIM: Claims = {
  'patch.supported': [
    [USERS, 'PATCH: %s (RFC 7644 §3.5.2)'],
    [USERS, 'PATCH remove takes attributes, sub-attributes and values away (RFC 7644 §3.5.2.2)'],
    [GROUPS, 'PATCH of members (RFC 7644 §3.5.2)'],
  ],
  'bulk.supported': [
    [BULK, 'does each operation, and says what became of it (§3.7)'],
    [BULK, 'resolves a bulkId that another operation creates, wherever it stands (§3.7.2)'],
    [BULK, 'stops after failOnErrors, and says nothing about the rest (§3.7.3)'],
  ],
  'bulk.maxOperations': [[BULK, 'of more than 1,000 operations or 1 MiB is 413 (§3.7.4)']],
  'bulk.maxPayloadSize': [[BULK, 'of more than 1,000 operations or 1 MiB is 413 (§3.7.4)']],
  'filter.supported': [
    [USERS, 'filter %s finds %i (RFC 7644 §3.4.2.2)'],
    [USERS, 'filter %s is 400 invalidFilter (RFC 7644 §3.12)'],
  ],
  'filter.maxResults': [PAGES],
  'changePassword.supported': [[CLAIMS, 'a password that a directory sends signs no one in (§5)']],
  'sort.supported': [
    [USERS, 'lists its own users only, with pages from 1 and in order (RFC 7644 §3.4.2.3, §3.4.2.4)'],
    [GROUPS, 'and pages have an order (RFC 7644 §3.4.2.4, §3.9)'],
  ],
  'etag.supported': [
    [USERS, 'a stale If-Match is 412 and changes nothing (RFC 7644 §3.14)'],
    [USERS, 'If-None-Match with the present version is 304 (RFC 7644 §3.14)'],
    [GROUPS, 'a stale one is 412 (RFC 7644 §3.14)'],
    [AGENTS, 'If-Match of an earlier version is 412 (RFC 7644 §3.14)'],
  ],
  'pagination.cursor': [[BULK, 'pages by cursor (RFC 9865)']],
  'pagination.index': [[USERS, 'with pages from 1 and in order (RFC 7644 §3.4.2.3, §3.4.2.4)']],
  'pagination.defaultPaginationMethod': [PAGES],
  'pagination.defaultPageSize': [PAGES],
  'pagination.maxPageSize': [PAGES],
  'pagination.cursorTimeout': [
    ['unit/scim/cursors.test.ts', 'for the time that the configuration states, and for one directory (RFC 9865 §2.1)'],
  ],
  'agentExtension.supported': [
    [AGENTS, 'ResourceTypes, Schemas and ServiceProviderConfig tell it (RFC 7643 §5 to §7)'],
  ],
  'agentExtension.agentsSupported': [
    [AGENTS, 'an agent of a user is an Agent of the directory (draft-wzdk-scim-agent-resource, RFC 7643 §3.1)'],
    [AGENTS, 'makes an agent of the blueprint that waits for its owner (RFC 7644 §3.3)'],
  ],
  'agentExtension.agenticApplicationsSupported': [PLACES],
  'authenticationSchemes.0.type': [[USERS, 'is 401 with a challenge (RFC 6750 §3)']],
  'authenticationSchemes.1.type': [[SECRETS, 'lets the directory in by RFC 6750 §2.1']],
};

/** RFC 7643 §7: by schema. */
const SCHEMAS: Claims = {
  'urn:ietf:params:scim:schemas:core:2.0:User': [
    [CLAIMS, 'is stored and returned as it was sent (§7 returned, mutability)'],
    [CLAIMS, 'a value of another type is 400 invalidValue (§2.3)'],
    [CLAIMS, 'so is a sub-attribute of another type (§2.3.8)'],
    [CLAIMS, 'several values of a singular attribute are 400 (§7 multiValued)'],
    [CLAIMS, 'is ignored in a POST (§7 mutability, RFC 7644 §3.3)'],
    [CLAIMS, 'and keeps those of always (§7 returned)'],
    [CLAIMS, 'where caseExact says so (§7 caseExact)'],
    [CLAIMS, 'required and unique attributes (§7)'],
  ],
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': [
    [CLAIMS, "['enterprise', ENTERPRISE]"],
    [CLAIMS, 'is stored and returned as it was sent (§7 returned, mutability)'],
  ],
  'urn:ietf:params:scim:schemas:core:2.0:Group': [
    [CLAIMS, 'required and unique attributes (§7)'],
    [CLAIMS, 'and its type is the canonical one (§7 canonicalValues)'],
  ],
  'urn:ietf:params:scim:schemas:core:2.0:Agent': [
    [AGENTS, 'a change of what it may not change is 400 mutability (RFC 7643 §7)'],
    [AGENTS, 'is 409 uniqueness, also of two at once (RFC 7643 §7)'],
  ],
};

/** SSF 1.0 §7.1. */
const SSF: Claims = {
  spec_version: [[SENDER, 'transmitter metadata (SSF 1.0 §7)']],
  issuer: [
    [SENDER, 'of an issuer with a path is behind the well-known path (§7.2.1)'],
    [SENDER, 'has aud, iss, jti, txn and no sub or exp (SSF 1.0 §4.1)'],
  ],
  jwks_uri: [[SENDER, 'a SET is signed with RS256, typed']],
  'delivery_methods_supported.0': [[PUSHED, 'delivery by push (RFC 8935)']],
  'delivery_methods_supported.1': [[SENDER, 'delivery by poll (RFC 8936)']],
  configuration_endpoint: [
    [SENDER, 'stream configuration (SSF 1.0 §8.1.1)'],
    [SENDER, 'PATCH changes what is given, PUT deletes what is not (§8.1.1.3, §8.1.1.4)'],
    [SENDER, 'a deleted stream is gone: 204, then 404 (§8.1.1.5)'],
  ],
  status_endpoint: [
    [SENDER, 'status of a stream (SSF 1.0 §8.1.2)'],
    [SENDER, "an administrator's pause (SSF 1.0 §8.1.2.2)"],
    [SENDER, 'an administrator who pauses a stream tells its receiver (§8.1.5)'],
  ],
  add_subject_endpoint: [[SENDER, 'subjects of a stream (SSF 1.0 §8.1.3)']],
  remove_subject_endpoint: [
    [SENDER, 'subjects of a stream (SSF 1.0 §8.1.3)'],
    [SENDER, 'a subject that does not exist is answered as one that does (§9.1)'],
    ['unit/signals/subject-matching.test.ts', 'subject matching (SSF 1.0 §8.1.3.1)'],
  ],
  verification_endpoint: [
    [SENDER, 'verification (SSF 1.0 §8.1.4)'],
    [SENDER, 'the event has the state of the request, and the stream as its subject'],
  ],
  'critical_subject_members.0': [
    [SENT, 'critical subject members are in every complex subject about them (SSF 1.0 §7.1)'],
  ],
  'critical_subject_members.1': [
    [SENT, 'critical subject members are in every complex subject about them (SSF 1.0 §7.1)'],
  ],
  'authorization_schemes.0.spec_urn': [[SENDER, 'authorization of receivers (CAEP interoperability profile §2.7)']],
  default_subjects: [
    [SENDER, 'a new stream hears of all subjects that its receiver may (SSF 1.0 §7.1 default_subjects)'],
  ],
};

const REQUIRED: Shown = [SENT, 'has the members that its specification requires: %s'];
const READ: Shown = [RECEIVED, 'is read as its specification says: %s'];

let server: RunningServer;
beforeAll(async () => {
  server = await runServer();
});
afterAll(() => server?.close());

/** Paths of values. Names, descriptions and addresses of documents claim nothing. */
const leaves = (value: unknown, path = ''): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value)
    .filter(([name]) => !['schemas', 'meta', 'name', 'description', 'specUri', 'primary'].includes(name))
    .flatMap(([name, one]) => leaves(one, path === '' ? name : `${path}.${name}`));
};

const texts = new Map<string, string>();
const check = (claims: Claims): void => {
  for (const [file, title] of Object.values(claims).flat()) {
    const text = texts.get(file) ?? readFileSync(join(import.meta.dirname, '..', file), 'utf8');
    texts.set(file, text);
    expect([file, title, text.includes(title)]).toEqual([file, title, true]);
  }
};

test('each member of ServiceProviderConfig has a test by clause', async () => {
  const directory = await makeDirectory(await makeScene(server), { name: 'Head office' });
  const { body } = await directory.call('GET', '/ServiceProviderConfig');
  expect(leaves(body).toSorted()).toEqual(Object.keys(SCIM).toSorted());
  check(SCIM);
  const { body: schemas } = await directory.call('GET', '/Schemas');
  const ids = (schemas['Resources'] as readonly { readonly id: string }[]).map(({ id }) => id);
  expect(ids.toSorted()).toEqual(Object.keys(SCHEMAS).toSorted());
  check(SCHEMAS);
  check({ types: [PLACES] });
});

test('each member of the transmitter metadata has a test by clause', async () => {
  const answer = await fetch(`${server.issuer}/.well-known/ssf-configuration`);
  expect(leaves(await answer.json()).toSorted()).toEqual(Object.keys(SSF).toSorted());
  check(SSF);
});

describe('each type of event has a test by clause', () => {
  test('that is sent', () => {
    check({ sent: [REQUIRED] });
    const text = texts.get(SENT) ?? '';
    for (const event of SENT_EVENTS) expect([event, text.includes(`${event}: [`)]).toEqual([event, true]);
  });

  test('that is received', () => {
    check({ received: [READ] });
    const text = texts.get(RECEIVED) ?? '';
    for (const event of RECEIVED_EVENTS) expect([event, text.includes(`${event}: [`)]).toEqual([event, true]);
  });
});
