/** A large export of an audit log in a file, made without a server. The exporter itself is tested with small ones. */
import { createHash, generateKeyPairSync, hash } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { type AuditRecord, CHECKPOINT_STREAM, linkRecord, prepareEvent } from '../../src/domain/audit/audit-record.ts';
import { auditSigner } from '../../src/domain/audit/audit-signer.ts';
import { canonicalText } from '../../src/domain/audit/canonical-text.ts';
import { saltOf } from '../../src/domain/audit/record-digest.ts';
import type { CampaignRun, Random } from './campaign.ts';

const ISSUER = 'https://id.example.com';
const START = 1_800_000_000_000;
const NODES = ['nod_a', 'nod_b', 'nod_c'];
/** Records between two checkpoints, of all nodes. */
const CHECKPOINT_EVERY = 1000;

/** What another thread needs to read the export too. */
export type ExportFacts = {
  readonly file: string;
  readonly bytes: number;
  /** Thumbprint of the key. */
  readonly key: string;
  /** Number of lines: header, checkpoints, records of each node, head. */
  readonly lines: number;
  /** Where each line begins, and where the file ends. Shared memory. */
  readonly offsets: Float64Array;
};

export type LargeExport = ExportFacts & {
  /** Where a line begins; for the number of lines, where the file ends. */
  offset(line: number): number;
  text(line: number): string;
  close(): void;
};

/** Lines are mostly read one after the other. */
const READ_AHEAD = 1 << 16;

export const openExport = (facts: ExportFacts): LargeExport => {
  const { file, bytes, offsets } = facts;
  const fd = openSync(file, 'r');
  let block = Buffer.alloc(0);
  let blockAt = 0;
  return {
    ...facts,
    offset: (line) => offsets[line] ?? 0,
    text(line) {
      const [from, to] = [offsets[line] ?? 0, (offsets[line + 1] ?? 0) - 1];
      if (to <= from) return '';
      if (from < blockAt || to > blockAt + block.length) {
        const own = Buffer.alloc(Math.max(to - from, Math.min(READ_AHEAD, bytes - from)));
        block = own.subarray(0, readSync(fd, own, 0, own.length, from));
        blockAt = from;
      }
      return block.toString('utf8', from - blockAt, to - blockAt);
    },
    close: () => closeSync(fd),
  };
};

const id = (kind: string, random: Random): string =>
  `${kind}_${random
    .integer(2 ** 40)
    .toString(32)
    .padStart(26, 'a')}`;

/** Events as an exchange, a sign-in and a decision write them, in the sizes of those. */
const eventOf = (n: number, random: Random): AuditEvent => {
  const source = `192.0.2.${n % 250}`;
  const kind = random.next();
  if (kind < 0.2) return { type: 'session.refused', outcome: 'refused', personal: { source, username: `user${n}` } };
  const [agent, subject, txn] = [id('agt', random), id('acc', random), id('txn', random)];
  const common = { subject, agent, txn, caller: agent, resource: 'https://calendar.example.com' };
  if (kind < 0.5) {
    const inputs = { action: 'read', answer: true, facts: { hops: 1, acr: '1' } };
    return { type: 'decision.made', outcome: 'granted', ...common, decision: id('dec', random), inputs };
  }
  return {
    type: 'token.issued',
    outcome: 'granted',
    ...common,
    request: id('req', random),
    chain: { iss: ISSUER, sub: agent, sub_profile: 'ai_agent' },
    owner: id('acc', random),
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    decision: id('dec', random),
    policy: 3,
    scopeAsked: ['calendar.read', 'calendar.write'],
    scopeGiven: ['calendar.read'],
    delegation: id('dlg', random),
    token: { id: id('tok', random), format: 'jwt', expiresAt: 1_800_000_300, parent: id('tok', random) },
    inputs: { policyCase: { principal: agent, action: 'exchange', context: { scopes: ['calendar.read'], hops: 1 } } },
    personal: { source },
  };
};

const lineOf = ({ stream, sequence, at, prev, hash: own, event, salt, erasable }: AuditRecord): string =>
  canonicalText({ stream, sequence, at, prev, hash: own, event, salt, ...(erasable ? { erasable } : {}) });

export const largeExport = async (folder: string, records: number, run: CampaignRun): Promise<LargeExport> => {
  const signer = await auditSigner(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as never,
  );
  const heads = new Map<string, AuditRecord>();
  const checkpoints: string[] = [];
  const parts = NODES.map((node) => ({
    node,
    file: join(folder, node),
    fd: openSync(join(folder, node), 'w+'),
    lines: [] as string[],
  }));
  const receipts = () =>
    [...heads.values()]
      .map(({ stream, sequence, hash: own }) => ({ stream, sequence, hash: own }))
      .sort((one, other) => (one.stream < other.stream ? -1 : 1));
  const flush = () => {
    for (const part of parts) {
      if (part.lines.length > 0) writeSync(part.fd, `${part.lines.join('\n')}\n`);
      part.lines = [];
    }
  };
  const checkpoint = async (at: number) => {
    const statement = { behalf_audit: 2, issuer: ISSUER, kind: 'checkpoint', at, heads: receipts() };
    const signed = await signer.sign(canonicalText(statement));
    const event = { type: 'checkpoint.made', outcome: 'done', inputs: { checkpoint: signed } } as const;
    const record = linkRecord(
      CHECKPOINT_STREAM,
      heads.get(CHECKPOINT_STREAM),
      prepareEvent(event, at, saltOf(signed)),
      'w',
    );
    heads.set(CHECKPOINT_STREAM, record);
    checkpoints.push(lineOf(record));
    flush();
  };
  for (let n = 0; n < records; n += 1) {
    const part = run.random.pick(parts);
    const record = linkRecord(part.node, heads.get(part.node), prepareEvent(eventOf(n, run.random), START + n), 'w');
    heads.set(part.node, record);
    part.lines.push(lineOf(record));
    if (n % CHECKPOINT_EVERY === CHECKPOINT_EVERY - 1) {
      await checkpoint(START + n);
      run.progress(`${n + 1} of ${records} events written`);
    }
  }
  await checkpoint(START + records);

  const file = join(folder, 'audit.ndjson');
  const fd = openSync(file, 'w+');
  const digest = createHash('sha256');
  let [bytes, lines] = [0, 0];
  const most = records + checkpoints.length + 4;
  const offsets = new Float64Array(new SharedArrayBuffer(most * Float64Array.BYTES_PER_ELEMENT));
  const add = (chunk: Uint8Array): void => {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) {
      lines += 1;
      offsets[lines] = bytes + at + 1;
    }
    writeSync(fd, chunk);
    bytes += chunk.length;
  };
  const signedOver = (chunk: Uint8Array): void => {
    digest.update(chunk);
    add(chunk);
  };
  const exportedAt = START + records;
  const header = canonicalText({ behalf_audit: 2, issuer: ISSUER, exportedAt, key: signer.key });
  signedOver(Buffer.from(`${header}\n${checkpoints.join('\n')}\n`));
  const buffer = Buffer.alloc(1 << 20);
  for (const part of parts) {
    for (let from = 0; ; ) {
      const read = readSync(part.fd, buffer, 0, buffer.length, from);
      if (read === 0) break;
      signedOver(buffer.subarray(0, read));
      from += read;
    }
    closeSync(part.fd);
  }
  const head = {
    ...{ behalf_audit: 2, issuer: ISSUER, kind: 'export', at: exportedAt, heads: receipts(), lines },
    header: hash('sha256', header, 'base64url'),
    digest: digest.digest('base64url'),
  };
  add(Buffer.from(`${canonicalText({ head: await signer.sign(canonicalText(head)) })}\n`));
  closeSync(fd);
  return openExport({ file, bytes, key: await calculateJwkThumbprint(signer.key), lines, offsets });
};
