/** Which part of an export the options of `behalf audit verify` name. */
import type { Part } from '../../domain/audit/verify-part.ts';
import { type Call, usageError } from '../command.ts';

/** The part that the options name; undefined for the whole export. */
export const partOf = (call: Call): Part | undefined => {
  const [stream, txn, from] = [call.text('stream'), call.text('txn'), call.text('from')];
  if (stream === undefined && (from !== undefined || call.text('to') !== undefined)) {
    throw usageError('--from and --to need --stream.');
  }
  if (stream !== undefined && txn !== undefined) throw usageError('Specify --stream or --txn, not both.');
  if (txn !== undefined) return { txn };
  if (stream === undefined) return undefined;
  if (stream === 'checkpoints') throw usageError('Checkpoints are verified with every part: name another stream.');
  if (from === undefined) throw usageError('--stream needs --from.');
  const [first, last] = [numberOf('from', from), numberOf('to', call.text('to') ?? from)];
  if (last < first) throw usageError('--to must not be smaller than --from.');
  return { stream, from: first, to: last };
};

export const numberOf = (name: string, text: string): number => {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw usageError(`--${name} takes a whole number from 1.`);
  return Number(text);
};
