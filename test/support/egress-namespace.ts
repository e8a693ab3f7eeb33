/**
 * Runs in a network of its own in which every address of the internet and of all private networks leads to this
 * process: a name service, and a web server on port 443 that answers on each. Fetches through the real guard, with
 * the real resolver and real sockets, and prints how many connections the kernel began for each kind of URL.
 * Started by test/processes/egress-namespace.test.ts; argument: folder with ca.pem, leaf.pem and leaf.key.
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { trustedFetch } from '../../adapters/egress/trusted-fetch.ts';
import { fetchReasonOf } from '../../src/domain/ports/trusted-fetch.ts';

const folder = String(process.argv[2]);
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** Connections this network has begun: the kernel counts one for each first SYN. */
const begun = (): number => {
  const [names = '', values = ''] = readFileSync('/proc/self/net/snmp', 'utf8').match(/^Tcp:.*$/gm) ?? [];
  return Number(values.split(' ')[names.split(' ').indexOf('ActiveOpens')]);
};

/**
 * Answers by what stands in the name: `a7f000001` an A record, `b…` with 32 digits an AAAA record, any number of
 * them; `f…` an A record at the first question only, afterwards 10.0.0.1; `c` an alias of the rest.
 */
const questions = new Map<string, number>();
const recordsOf = (labels: readonly string[], type: number, isFirst: boolean): Buffer[] =>
  labels.flatMap((label) => {
    const [, kind = '', hex = ''] = /^([abf])([0-9a-f]{8}|[0-9a-f]{32})$/.exec(label) ?? [];
    const data = Buffer.from(kind === 'f' && !isFirst ? '0a000001' : hex, 'hex');
    return data.length === (type === 1 ? 4 : 16) ? [data] : [];
  });
const record = (name: Buffer, type: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([name, head, data]);
};
const nameService = createSocket('udp4');
nameService.on('message', (query, { port, address }) => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  const question = query.subarray(12, at + 5);
  const type = query.readUInt16BE(at + 1);
  const key = `${type} ${labels.join('.')}`;
  questions.set(key, (questions.get(key) ?? 0) + 1);
  const records = recordsOf(labels, type, questions.get(key) === 1);
  const own = Buffer.from([0xc0, 12]);
  const isAlias = labels[0] === 'c';
  // The alias points into the question itself, behind its first label.
  const target = Buffer.from([0xc0, 14]);
  const answers = [
    ...(isAlias ? [record(own, 5, target)] : []),
    ...records.map((data) => record(isAlias ? target : own, type, data)),
  ];
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(
    records.length === 0 && !labels.some((label) => /^[abf][0-9a-f]{8}/.test(label)) ? 0x8183 : 0x8180,
    2,
  );
  head.writeUInt16BE(answers.length, 6);
  head.writeUInt32BE(0, 8);
  nameService.send(Buffer.concat([head, question, ...answers]), port, address);
});
await new Promise<void>((resolve) => nameService.bind(53, '127.0.0.1', () => resolve()));

const web = createServer({ key: read('leaf.key'), cert: read('leaf.pem') }, (request, response) => {
  if (request.url === '/moved') {
    response.writeHead(302, { location: 'https://10.0.0.1/' }).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"keys":[]}');
});
await new Promise<void>((resolve) => web.listen({ port: 443, host: '::', ipv6Only: false }, () => resolve()));

const fetcherFor = (internal: readonly string[] = []) =>
  trustedFetch({
    clock: { now: () => Math.floor(Date.now() / 1000), nowMillis: () => Date.now() },
    elapsed: () => performance.now() / 1000,
    internalHosts: { clientKeys: internal },
    authorities: read('ca.pem'),
    budgets: { perMinute: 100_000, perHostPerMinute: 100_000, perSourcePerMinute: 100_000 },
  });

type Outcome = { readonly url: string; readonly reason: string; readonly milliseconds: number };

const tried = async (fetcher: ReturnType<typeof fetcherFor>, url: string): Promise<Outcome> => {
  const from = performance.now();
  const done = (reason: string): Outcome => ({ url, reason, milliseconds: Math.round(performance.now() - from) });
  return fetcher.get({ url, purpose: 'jwks', internal: 'clientKeys' }).then(
    () => done('fetched'),
    (error: unknown) => done(fetchReasonOf(error) ?? String(error)),
  );
};

/** A few at a time begin, so that no limit of connections comes in between; all end together. */
const all = async (urls: readonly string[], fetcher = fetcherFor()) => {
  const before = begun();
  const outcomes: Promise<Outcome>[] = [];
  for (const url of urls) {
    outcomes.push(tried(fetcher, url));
    if (outcomes.length % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return { outcomes: await Promise.all(outcomes), begun: begun() - before };
};

const FORBIDDEN4 = [
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255'],
  ...['192.168.0.1', '192.168.255.255', '100.64.0.1', '100.127.255.255', '100.100.100.200', '169.254.169.254'],
  ...['169.254.0.1', '168.63.129.16', '192.0.0.192', '192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1'],
  ...['198.19.255.255', '192.88.99.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
];
const hexOf4 = (address: string): string =>
  address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');
/** IPv6 addresses that are forbidden by themselves, 32 digits. */
const FORBIDDEN6 = [
  ...['0'.repeat(32), `${'0'.repeat(31)}1`, `fe8${'0'.repeat(28)}1`, `febf${'0'.repeat(27)}1`, `fc${'0'.repeat(29)}1`],
  ...['fd00ec20000000000000000000000254', `fec${'0'.repeat(28)}1`, `ff02${'0'.repeat(27)}1`, `ff0e${'0'.repeat(27)}1`],
  ...['20010db8000000000000000000000001', '3fff0000000000000000000000000001', '26204f80000000000000000000000001'],
  ...['2620004f800000000000000000000001', `0100${'0'.repeat(27)}1`, `5f00${'0'.repeat(27)}1`].slice(0, 3),
].filter((address) => address !== '26204f80000000000000000000000001');
/** How an IPv4 address hides in one of IPv6: mapped, compatible, translated, NAT64, local NAT64, 6to4, Teredo. */
const hidden6 = (hex: string): readonly string[] => [
  `00000000000000000000ffff${hex}`,
  `000000000000000000000000${hex}`,
  `0000000000000000ffff0000${hex}`,
  `0064ff9b0000000000000000${hex}`,
  `0064ff9b0001000000000000${hex}`,
  `2002${hex}${'0'.repeat(20)}`,
  `20010000${hex}${'0'.repeat(16)}`,
];
const colons = (hex: string): string => (hex.match(/.{4}/g) ?? []).join(':');

const spellings4 = (address: string): readonly string[] => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const number = Number(`0x${hexOf4(address)}`);
  return [
    address,
    `${address}.`,
    String(number),
    `0x${number.toString(16)}`,
    `0${number.toString(8)}`,
    [a, b, c, d].map((part) => `0x${part.toString(16)}`).join('.'),
    [a, b, c, d].map((part) => `0${part.toString(8)}`).join('.'),
    `${a}.${b * 65_536 + c * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    `[::ffff:${address}]`,
    `[::ffff:${hexOf4(address).slice(0, 4)}:${hexOf4(address).slice(4)}]`,
    `[64:ff9b::${address}]`,
    `[::${address}]`,
  ];
};

const literals = [
  ...FORBIDDEN4.flatMap(spellings4),
  ...FORBIDDEN6.map((hex) => `[${colons(hex)}]`),
  ...['localhost', 'localhost.', 'a.localhost', 'LOCALHOST', 'intranet', 'ip6-localhost'],
].map((host) => `https://${host}/`);

const names = [
  ...FORBIDDEN4.map((address) => `a${hexOf4(address)}`),
  ...FORBIDDEN6.map((hex) => `b${hex}`),
  ...FORBIDDEN4.slice(0, 12).flatMap((address) => hidden6(hexOf4(address)).map((hex) => `b${hex}`)),
].map((label) => `https://${label}.leads.example/`);

const mixed = [
  'a01010101.a0a000001',
  'a0a000001.a01010101',
  `a01010101.b${'0'.repeat(31)}1`,
  `b26064700000000000000000000001111.a7f000001`,
  `b26064700000000000000000000001111.bfc${'0'.repeat(29)}1`,
  'c.a0a000001',
  'c.a01010101.a0a000001',
  `c.bfe8${'0'.repeat(28)}1`,
].map((labels) => `https://${labels}.leads.example/`);

const results = {
  literals: await all(literals),
  names: await all(names),
  mixed: await all(mixed),
  // To the first question a public address; a resolver that asked again would be led inside.
  rebinding: await all(['https://f01010101.leads.example/']),
  redirect: await all(['https://a01010101.leads.example/moved']),
  misspelt: await all([
    'http://a01010101.leads.example/',
    'https://u@a01010101.leads.example/',
    'https://a01010101.leads.example:8443/',
    'https://a01010101.leads.example/#x',
  ]),
  // What shows that connections are counted, also those to where none may lead.
  public: await all(['https://a01010101.leads.example/', `https://b26064700000000000000000000001111.leads.example/`]),
  allowed: await all(['https://a0a000001.leads.example/'], fetcherFor(['a0a000001.leads.example'])),
  timing: await all([
    // 9.9.9.0/24 leads nowhere: what is sent there is lost.
    'https://a09090901.dead.example/',
    'https://a0a000001.dead.example/',
    'https://aa9fea9fe.dead.example/',
    'https://unknown.dead.example/',
  ]),
};

process.stdout.write(JSON.stringify(results), () => process.exit(0));
