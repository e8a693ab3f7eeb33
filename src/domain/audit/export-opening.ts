/** The beginning of an export that is verified in part: see verify-part.ts. */
import { createHash, type Hash, hash } from 'node:crypto';
import { CHECKPOINT_STREAM } from './audit-record.ts';
import { type ChainCheck, chainCheck } from './chain-check.ts';
import { broken } from './findings.ts';
import { checkLine, type Followed } from './line-check.ts';
import { type Header, readHeader, type VerifyOptions } from './verify-export.ts';

/** The end of every line of a record, in canonical form. */
export const PLACE = /"sequence":(\d{1,16}),"stream":"([A-Za-z0-9_-]{1,128})"\}$/;

/** An export of which the header and the checkpoints were read. Parts can be read any number of times. */
export type OpenedExport = {
  readonly header: Header;
  /** Digest of the first line, base64url. */
  readonly headerDigest: string;
  /** Over these lines. Only for version 1 and with an archive, where a part may need the digest over all lines. */
  readonly digest: Hash | undefined;
  readonly chain: ChainCheck;
  readonly lastCheckpoint: Followed | undefined;
};

/** Reads the header and the checkpoints, which come first. */
export const exportOpening = (options: VerifyOptions) => {
  const chain = chainCheck();
  let header: Header | undefined;
  let headerDigest = '';
  let digest: Hash | undefined;
  let lastCheckpoint: Followed | undefined;
  return {
    /** False for the first line that is neither. Throws a Fault, also for one that cannot be read. */
    async read(text: string, line: number): Promise<boolean> {
      if (header && PLACE.exec(text)?.[2] !== CHECKPOINT_STREAM) return false;
      const checked = checkLine(text);
      if ('value' in checked && !header) {
        header = await readHeader(checked.value, options, chain);
        headerDigest = hash('sha256', text, 'base64url');
        const needsAllLines = checked.value['behalf_audit'] === 1 || header.beginning !== undefined;
        if (needsAllLines) digest = createHash('sha256').update(`${text}\n`);
        return true;
      }
      if (!('record' in checked) && 'fault' in checked) throw checked.fault;
      if (!header || !('record' in checked)) {
        return broken('unreadable', 'this is not the header of an export of the audit log');
      }
      digest?.update(`${text}\n`);
      chain.follow(checked.record, checked.digest);
      lastCheckpoint = checked.record;
      if (checked.fault) throw checked.fault;
      if (checked.checkpoint) await chain.readCheckpoint(checked.checkpoint, header.keys, ` (line ${line})`);
      return true;
    },
    /** Throws a Fault when there was no header. */
    opened(): OpenedExport {
      if (!header) return broken('cut_off', 'the export is empty');
      return { header, headerDigest, digest, chain, lastCheckpoint };
    },
  };
};
