/**
 * `node test/bench/status-lists.ts --tokens 100000 --ended 100`: status lists of an API with many live tokens. Starts a server on SQLite,
 * adds the indexes of so many tokens to its store, and asks the server for lists: size, time of the first one, time from a revocation to
 * its bit, time of a read of all tokens, and memory. `--to FILE` keeps the figures.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import {
  LIST_LENGTH,
  STATUS_LIST_ENTRIES,
  type StatusListEntry,
} from '../../src/domain/authority/status-lists/status-list.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import { readList, referenceOf, type StatusReference } from '../support/status-lists.ts';
import { rounded } from './statistics.ts';

const { values } = parseArgs({
  options: {
    tokens: { type: 'string', default: '100000' },
    ended: { type: 'string', default: '100' },
    to: { type: 'string' },
  },
});
const [tokens, ended] = [Number(values.tokens), Number(values.ended)];
const GROUP = 2000;
const said = (text: string): void => void process.stderr.write(`${text}\n`);

const server = await startServer({ environment: WITHOUT_LIMITS });
const scene = await makeScene(server);
const { jwt, calls, management } = scene;
const path = `/resource-servers/${jwt.id}`;
const etag = String((await management.call('GET', path)).headers.get('etag'));
await management.call('PATCH', path, { status_list: true }, { 'if-match': etag });

/** Lives ten minutes. */
const newToken = async (): Promise<string> => {
  const asked = { grant_type: 'client_credentials', resource: jwt.identifier, scope: 'read' };
  const { body, text } = await calls.token(scene.keyed(scene.agent), asked);
  if (typeof body['access_token'] !== 'string') throw new Error(text);
  return body['access_token'];
};

/** Resident memory of the server, in MiB. */
const memory = (): number => {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'));
  return Number(found?.[1]) / 1024;
};

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

/** Seconds until the bits of all these tokens are set, asked for ten times in a second. */
const untilEnded = async (tokens: readonly string[]): Promise<number> =>
  seconds(async () => {
    for (let open = tokens.map(referenceOf); open.length > 0; ) {
      await new Promise((done) => setTimeout(done, 100));
      const { uri: next } = open[0] as StatusReference;
      const now = await readList(next).catch(() => undefined);
      open = open.filter(({ uri: own, idx }) => own !== next || now?.statusOf(idx) !== 1);
    }
  });

const first = await newToken();
const { uri } = referenceOf(first);
const file = readdirSync(server.dataFolder).find((name) => name.endsWith('.db'));
if (file === undefined) throw new Error(readdirSync(server.dataFolder).join(' '));
const database = openSqlite({ file: join(server.dataFolder, file) });
const entries = sqliteDocumentStore(database).collection<StatusListEntry>(STATUS_LIST_ENTRIES);
const [model] = await entries.find({ limit: 1 });
if (!model) throw new Error('no index');
const { list, token, expiresAt } = model.document;
const free = new Set<number>();
while (free.size < tokens) free.add(Math.floor(Math.random() * LIST_LENGTH));
let group: StatusListEntry[] = [];
for (const index of free) {
  const id = `tok_${String(index).padStart(26, 'a')}`;
  const dependsOn = model.document.dependsOn.map((one) => (one === `token:${token.id}` ? `token:${id}` : one));
  if (`${list}/${index}` !== model.document.id) {
    group.push({ id: `${list}/${index}`, list, dependsOn, token: { ...token, id }, expiresAt });
  }
  if (group.length < GROUP) continue;
  await entries.insertMany(group);
  group = [];
}
if (group.length > 0) await entries.insertMany(group);
database.close();
said(`${tokens} live tokens`);

/** The list as soon as the server has it. A request ends after five seconds, and the server reads on. */
const list503s = { count: 0 };
const listNow = async (): ReturnType<typeof readList> => {
  for (;;) {
    try {
      return await readList(uri);
    } catch (error) {
      if (!String(error).includes('503')) throw error;
      list503s.count += 1;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
};

const before = memory();
const firstSeconds = await seconds(listNow);
const refused = list503s.count;
const revoked = await Promise.all(Array.from({ length: ended }, newToken));
const revokingSeconds = await seconds(() =>
  Promise.all(revoked.map((one) => calls.revoke(scene.keyed(scene.agent), one))),
);
const endedSeconds = await untilEnded(revoked);
const one = await newToken();
await calls.revoke(scene.keyed(scene.agent), one);
const oneSeconds = await untilEnded([one]);

// An event that names all tokens: the server reads all of them.
const policies = await management.call('POST', '/policy-sets', {
  text: `${String((await management.call('GET', '/policy-sets/active')).body['text'])}\n`,
});
const activation = { 'if-match': String(policies.headers.get('etag')) };
await management.call('POST', `/policy-sets/${String(policies.body['id'])}/activation`, {}, activation);
const activatedAt = Date.now() / 1000;
/** Answers of the server to others, while it reads all tokens. */
const answers: number[] = [];
let isReading = true;
const others = (async () => {
  while (isReading) {
    answers.push(await seconds(() => fetch(`${server.issuer}/.well-known/openid-configuration`).then((a) => a.text())));
    await new Promise((done) => setTimeout(done, 20));
  }
})();
const allSeconds = await seconds(async () => {
  while (Number((await listNow()).claims.iat) <= activatedAt) await new Promise((done) => setTimeout(done, 100));
});
isReading = false;
await others;
answers.sort((one, other) => one - other);
const newest = await listNow();
const lst = String((newest.claims['status_list'] as { readonly lst: string }).lst);
const figures = {
  command: `node test/bench/status-lists.ts --tokens ${tokens} --ended ${ended}`,
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  tokens,
  ended: ended + 1,
  refusedAtFirst: refused,
  seconds: {
    first: rounded(firstSeconds, 2),
    revoked: rounded(oneSeconds, 2),
    /** From the first request on, and from the last answer on. */
    manyRequested: rounded(revokingSeconds + endedSeconds, 2),
    manyRevoked: rounded(endedSeconds, 2),
    all: rounded(allSeconds, 2),
    othersMedian: rounded(Number(answers[Math.floor(answers.length / 2)]), 3),
    othersLongest: rounded(Number(answers.at(-1)), 3),
  },
  bytes: { list: Buffer.from(lst, 'base64url').byteLength, gzip: gzipSync(lst).byteLength },
  mebibytes: { before: rounded(before, 0), after: rounded(memory(), 0) },
};
said(JSON.stringify(figures, null, 2));
if (values.to !== undefined) writeFileSync(values.to, `${JSON.stringify(figures, null, 2)}\n`);
await server.remove();
process.exit(0);
