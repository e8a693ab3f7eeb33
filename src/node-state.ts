/**
 * What one node keeps outside the database: its name, which is also the name of its audit stream, and the last signed heads
 * of the audit log. A database that is behind those heads was put back to an earlier state, and must not be served (decision
 * D24). Processes that share a folder share the heads. Each has a name of its own, which a later process reuses.
 */
import { join } from 'node:path';
import { createPrivateFile, readPrivateFile, readPrivateJson, writePrivateFile } from '../adapters/node/key-files.ts';
import { CHECKPOINT_STREAM, type Heads } from './domain/audit/audit-record.ts';
import { canonicalText } from './domain/audit/canonical-text.ts';
import { type Checkpoint, vouchedHeads } from './domain/audit/checkpoints.ts';
import { openSignedHeads, type VerificationKey } from './domain/audit/signed-heads.ts';
import type { NodeRegistry } from './domain/platform/cluster/node-registry.ts';
import type { Identifiers } from './domain/ports/identifiers.ts';

export type NodeState = {
  readonly node: string;
  readonly remembered: Heads | undefined;
  remember(checkpoint: Checkpoint): Promise<void>;
};

/** Most processes on one folder; more than one machine runs. */
const MOST_NAMES = 1000;

/**
 * Takes the first name of the folder that no living process holds; without a folder, a new name. Throws an Error when the
 * remembered heads lack the signature of `auditKey`: they would vouch for any database.
 */
export const nodeState = async (
  folder: string | undefined,
  {
    identifiers,
    nodes,
    auditKey,
  }: { readonly identifiers: Identifiers; readonly nodes: NodeRegistry; readonly auditKey: VerificationKey },
): Promise<NodeState> => {
  if (folder === undefined) {
    const node = identifiers.newId('nod');
    await nodes.claim(node);
    return { node, remembered: undefined, remember: async () => {} };
  }
  const trustedHeadsFile = join(folder, 'trusted-heads.json');
  const remembered = await verifiedHeads(trustedHeadsFile, auditKey);
  return {
    node: await freeName(folder, { identifiers, nodes }),
    remembered,
    // Another process may write between our read and our write. The next checkpoint corrects that.
    remember: async (checkpoint) => {
      const kept = headsIn(readPrivateFile(trustedHeadsFile));
      if (kept === undefined || lengthOf(kept) <= lengthOf(checkpoint.heads)) {
        writePrivateFile(trustedHeadsFile, JSON.stringify(checkpoint));
      }
    },
  };
};

const verifiedHeads = async (file: string, auditKey: VerificationKey): Promise<Heads | undefined> => {
  const text = readPrivateFile(file);
  if (text === undefined) return undefined;
  const { heads, signed } = checkpointIn(text);
  const opened = await openSignedHeads(signed, [auditKey]);
  const vouched = opened && typeof signed === 'string' ? vouchedHeads(signed, opened) : undefined;
  if (vouched !== undefined && canonicalText(vouched) === canonicalText(heads ?? null)) return vouched;
  throw new Error(
    `${file} was not signed with the audit key of this database, or was changed. ` +
      'Put back the database and the file that belong together. If another database is meant to be served, run `behalf restore --in-place`: ' +
      'it begins new trusted heads and ends all tokens from before.',
  );
};

const checkpointIn = (text: string): Partial<Record<keyof Checkpoint, unknown>> => {
  try {
    return (JSON.parse(text) ?? {}) as Partial<Record<keyof Checkpoint, unknown>>;
  } catch {
    return {};
  }
};

const headsIn = (text: string | undefined): Heads | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as Checkpoint).heads;

/** The number of checkpoints. */
const lengthOf = (heads: Heads): number => heads.find(({ stream }) => stream === CHECKPOINT_STREAM)?.sequence ?? 0;

const freeName = async (
  folder: string,
  { identifiers, nodes }: { readonly identifiers: Identifiers; readonly nodes: NodeRegistry },
): Promise<string> => {
  for (let number = 0; number < MOST_NAMES; number += 1) {
    const file = join(folder, number === 0 ? 'node.json' : `node-${number}.json`);
    if (readPrivateFile(file) === undefined) {
      createPrivateFile(file, JSON.stringify({ node: identifiers.newId('nod') }));
    }
    const named = readPrivateJson<{ readonly node: string }>(file, {
      isRight: ({ node }) => typeof node === 'string' && /^nod_[a-z2-7]{26}$/.test(node),
      remedy: 'Put the right file back, or move it away: the server then writes its audit log under a new name.',
    });
    if (named === undefined) throw new Error(`${file} vanished while it was read. Start again.`);
    const { node } = named;
    if (await nodes.claim(node)) return node;
  }
  throw new Error(`${folder} serves ${MOST_NAMES} processes already`);
};
