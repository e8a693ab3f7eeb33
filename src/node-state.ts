/**
 * What one node keeps outside the database: its name, under which its audit stream runs, and the last
 * signed heads of the trail. A database that is behind those heads was put back to an earlier state,
 * and must not be served from (decision D24).
 */
import { join } from 'node:path';
import { readPrivateFile, writePrivateFile } from '../adapters/node/key-files.ts';
import type { Heads } from './domain/audit/audit-record.ts';
import type { Checkpoint } from './domain/audit/checkpoints.ts';
import type { Identifiers } from './domain/ports/identifiers.ts';

export type NodeState = {
  readonly node: string;
  readonly remembered: Heads | undefined;
  remember(checkpoint: Checkpoint): Promise<void>;
};

export const nodeState = (folder: string | undefined, identifiers: Identifiers): NodeState => {
  if (folder === undefined) {
    return { node: identifiers.newId('nod'), remembered: undefined, remember: async () => {} };
  }
  const nameFile = join(folder, 'node.json');
  const witnessFile = join(folder, 'witness.json');
  const named = readPrivateFile(nameFile);
  const node = named === undefined ? identifiers.newId('nod') : (JSON.parse(named) as { node: string }).node;
  if (named === undefined) writePrivateFile(nameFile, JSON.stringify({ node }));
  const witness = readPrivateFile(witnessFile);
  return {
    node,
    remembered: witness === undefined ? undefined : (JSON.parse(witness) as Checkpoint).heads,
    remember: async (checkpoint) => writePrivateFile(witnessFile, JSON.stringify(checkpoint)),
  };
};
