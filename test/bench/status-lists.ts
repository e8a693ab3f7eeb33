/**
 * `node test/bench/status-lists.ts --tokens 100000 --ended 100`: status lists of an API with many live tokens. Starts a server on SQLite,
 * adds the indexes of so many tokens to its store, and asks the server for lists: size, time of the first one, time from a revocation to
 * its bit, time of a read of all tokens, and memory. `--kinds N`: the tokens are of so many kinds. `--to FILE` keeps the figures.
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
import { kindAndTime } from '../../src/domain/authority/status-lists/token-kind.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import { readList, referenceOf, type StatusReference } from '../support/status-lists.ts';
import { rounded } from './statistics.ts';

const { values } = parseArgs({
  options: {
    tokens: { type: 'string', default: '100000' },
    ended: { type: 'string', default: '100' },
    kinds: { type: 'string', default: '1' },
    to: { type: 'string' },
  },
});
const [tokens, ended, kinds] = [Number(values.tokens), Number(values.ended), Number(values.kinds)];
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

/** Seconds of CPU of the server so far, in user mode and for it in the kernel. */
const cpu = (): number => {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
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
/** Bound to so many keys, so that tokens are of so many kinds. The first kind has no key. */
const boundTo = (number: number) => (number % kinds === 0 ? {} : { jkt: `key-${number % kinds}` });
const free = new Set<number>();
while (free.size < tokens) free.add(Math.floor(Math.random() * LIST_LENGTH));
let group: StatusListEntry[] = [];
for (const index of free) {
  const id = `tok_${String(index).padStart(26, 'a')}`;
  const dependsOn = model.document.dependsOn.map((one) => (one === `token:${token.id}` ? `token:${id}` : one));
  if (`${list}/${index}` !== model.document.id) {
    const its = { ...token, ...boundTo(index), id };
    group.push({ id: `${list}/${index}`, list, dependsOn, token: its, kind: kindAndTime(its), expiresAt });
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
const cpuBefore = cpu();
const firstSeconds = await seconds(listNow);
const cpuOfFirst = cpu() - cpuBefore;
const refused = list503s.count;
const revoked = await Promise.all(Array.from({ length: ended }, newToken));
const revokingSeconds = await seconds(() =>
  Promise.all(revoked.map((one) => calls.revoke(scene.keyed(scene.agent), one))),
);
const endedSeconds = await untilEnded(revoked);
const one = await newToken();
await calls.revoke(scene.keyed(scene.agent), one);
const oneSeconds = await untilEnded([one]);

/** Activates a policy set: an event that names all tokens. Returns the epoch second after it. */
const activate = async (more: string): Promise<number> => {
  const active = String((await management.call('GET', '/policy-sets/active')).body['text']);
  const policies = await management.call('POST', '/policy-sets', { text: `${active}${more}\n` });
  if (policies.status >= 300) throw new Error(policies.text);
  const activation = { 'if-match': String(policies.headers.get('etag')) };
  const answer = await management.call(
    'POST',
    `/policy-sets/${String(policies.body['id'])}/activation`,
    {},
    activation,
  );
  if (answer.status >= 300) throw new Error(answer.text);
  return Date.now() / 1000;
};

const activatedAt = await activate('');
/** Answers of the server to others, while it reads all tokens. */
const answers: number[] = [];
let isReading = true;
const others = (async () => {
  while (isReading) {
    answers.push(await seconds(() => fetch(`${server.issuer}/.well-known/openid-configuration`).then((a) => a.text())));
    await new Promise((done) => setTimeout(done, 20));
  }
})();
const cpuBeforeNew = cpu();
const allSeconds = await seconds(async () => {
  while (Number((await listNow()).claims.iat) <= activatedAt) await new Promise((done) => setTimeout(done, 100));
});
const cpuOfNew = cpu() - cpuBeforeNew;
const newest = await listNow();
// A policy that ends all of them.
await activate(
  '@id("no-agent")\n@reason("No agent acts.")\nforbid (principal is Agent, action == Action::"act", resource);',
);
/** Bits of the live tokens that are set. */
const bitsSet = ({ statusOf }: Awaited<ReturnType<typeof listNow>>): number =>
  [...free].filter((index) => statusOf(index) === 1).length;
const cpuBeforeAll = cpu();
const everySeconds = await seconds(async () => {
  while (bitsSet(await listNow()) < tokens) await new Promise((done) => setTimeout(done, 100));
});
const cpuOfAll = cpu() - cpuBeforeAll;
isReading = false;
await others;
answers.sort((one, other) => one - other);
const lst = String((newest.claims['status_list'] as { readonly lst: string }).lst);
const figures = {
  command: `node test/bench/status-lists.ts --tokens ${tokens} --ended ${ended} --kinds ${kinds}`,
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  tokens,
  kinds,
  ended: ended + 1,
  refusedAtFirst: refused,
  seconds: {
    first: rounded(firstSeconds, 2),
    revoked: rounded(oneSeconds, 2),
    /** From the first request on, and from the last answer on. */
    manyRequested: rounded(revokingSeconds + endedSeconds, 2),
    manyRevoked: rounded(endedSeconds, 2),
    all: rounded(allSeconds, 2),
    /** The same, with an event that ends all tokens: until all bits are set. */
    everyEnded: rounded(everySeconds, 2),
    othersMedian: rounded(Number(answers[Math.floor(answers.length / 2)]), 3),
    othersLongest: rounded(Number(answers.at(-1)), 3),
  },
  /** Of the server, with what it did beside it. */
  cpuSeconds: { first: rounded(cpuOfFirst, 2), all: rounded(cpuOfNew, 2), everyEnded: rounded(cpuOfAll, 2) },
  bytes: { list: Buffer.from(lst, 'base64url').byteLength, gzip: gzipSync(lst).byteLength },
  mebibytes: { before: rounded(before, 0), after: rounded(memory(), 0) },
};
said(JSON.stringify(figures, null, 2));
if (values.to !== undefined) writeFileSync(values.to, `${JSON.stringify(figures, null, 2)}\n`);
await server.remove();
process.exit(0);
