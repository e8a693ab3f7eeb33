/**
 * Verifies a part of an export: a range of one stream, or the records of a transaction. Reads the checkpoints, the records of
 * the part up to the next one that a signature names, and the signed head. Of all other lines it reads only the place. The head
 * of version 1 does not sign the header alone, so there the digest over all lines must fit, too. The same holds for the first
 * record of a stream whose next ones are in an archive: no later record names it.
 */
import type { AuditReceipt } from './audit-event.ts';
import { CHECKPOINT_STREAM } from './audit-record.ts';
import { type Archived, archivedOf } from './beginning.ts';
import type { Named } from './chain-check.ts';
import { exportOpening, type OpenedExport, PLACE } from './export-opening.ts';
import { broken, type Warning } from './findings.ts';
import { checkLine, type Followed } from './line-check.ts';
import { genesisOf } from './record-digest.ts';
import { type Failed, failedOf, openHead, type VerifyOptions } from './verify-export.ts';

/** Both ends inclusive. */
export type Part = { readonly stream: string; readonly from: number; readonly to: number } | { readonly txn: string };

export type PartVerdict =
  | {
      readonly ok: true;
      readonly issuer: string;
      readonly exportedAt: number;
      /** Of the part. */
      readonly records: number;
      /** Records that were read: those of the part, and after them up to one that a signature names. */
      readonly read: number;
      /** What names them, for example `checkpoint 12 (line 13)`. */
      readonly namedBy: readonly string[];
      readonly key: string;
      /** Records that are in an archive only: those of the part may be among them. */
      readonly archived?: Archived;
      readonly warnings?: readonly Warning[];
    }
  | Failed;

const HEAD = '{"head":';

/** Verifies a part of an export, whose lines have no line ends. Throws only errors from reading `lines`. */
export const verifyPart = async (
  lines: AsyncIterable<string>,
  part: Part,
  options: VerifyOptions = {},
): Promise<PartVerdict> => {
  let line = 0;
  try {
    const opening = exportOpening(options);
    let check: PartCheck | undefined;
    for await (const text of lines) {
      line += 1;
      if (!check && (await opening.read(text, line))) continue;
      check ??= partCheck(opening.opened(), part);
      await check.read(text);
    }
    return (check ?? partCheck(opening.opened(), part)).end();
  } catch (error) {
    return failedOf(error, Math.max(line, 1));
  }
};

export interface PartCheck {
  /** The next line after the checkpoints. Throws a Fault. */
  read(text: string): Promise<void> | undefined;
  /** Throws a Fault when records of the part, or the signed head, are missing. */
  end(): PartVerdict;
}

/** Where following must end: at a named record, or at the end of the stream, which the signed head names. */
type Target = { readonly sequence: number; readonly named?: Named };

/** `line`: the text; `isIn`: whether it belongs to the part. */
const partOf = (part: Part) => {
  if ('stream' in part) {
    return (stream: string, sequence: number): boolean =>
      stream === part.stream && sequence >= part.from && sequence <= part.to;
  }
  const member = `"txn":${JSON.stringify(part.txn)}`;
  return (_stream: string, _sequence: number, text: string): boolean => text.includes(member);
};

export const partCheck = (opened: OpenedExport, part: Part): PartCheck => {
  const { header, chain } = opened;
  const isIn = partOf(part);
  if ('txn' in part && header.redacted.includes('txn')) {
    broken('unreadable', 'the export leaves out txn, so that no transaction can be found in it');
  }
  const digest = opened.digest?.copy();
  const ends: AuditReceipt[] = [];
  const namedBy = new Set<string>();
  let last: Followed | undefined;
  let target: Target | undefined;
  let stream: string | undefined;
  const expected = 'from' in part ? part.from : undefined;
  const seen = new Map<string, number>();
  let lastText = '';
  let [records, read] = [0, 0];
  let isEnded = false;
  let isAcrossArchive = false;
  /** The last record of a stream that is in an archive. */
  const endOf = (name: string): AuditReceipt | undefined =>
    header.beginning?.heads.find((head) => head.stream === name);
  if ('stream' in part && part.from <= (endOf(part.stream)?.sequence ?? 0) && part.to > 1) {
    const { log } = header.beginning ?? {};
    const text = `records 2 to ${endOf(part.stream)?.sequence} of stream ${part.stream} are in the archive ${log?.place}, and not in the export`;
    broken('in_archive', text, { stream: part.stream, sequence: part.from });
  }

  /** The next record that a checkpoint names, from `sequence` on. */
  const targetFrom = (name: string, sequence: number): Target => {
    let next = Infinity;
    const end = endOf(name)?.sequence ?? 0;
    const isHere = (place: number): boolean => place === 1 || place > end;
    for (const place of chain.named(name).keys()) {
      if (place >= sequence && place < next && isHere(place)) next = place;
    }
    const named = chain.named(name).get(next);
    return named ? { sequence: next, named } : { sequence: Infinity };
  };

  /** The stream ends, or the last target was reached. */
  const leave = (): void => {
    if (!last || !target) return;
    const { named, sequence } = target;
    if (last.sequence < sequence && named) {
      const text = `stream ${last.stream} ends at record ${last.sequence}, but ${named.by} names its record ${sequence}: records were cut off`;
      broken(named.isTrusted ? 'older_than_trusted' : 'records_missing', text, { stream: last.stream, sequence });
    }
    if (named) namedBy.add(named.by);
    else ends.push(last);
    last = undefined;
    target = undefined;
  };

  const follow = (text: string, place: Followed, digest: string): void => {
    const { sequence, hash, prev } = place;
    const of = `record ${sequence} of stream ${place.stream}`;
    if (digest !== hash) {
      broken('record_changed', `${of} was changed: its content does not give the digest it carries`, place);
    }
    const end = endOf(place.stream);
    const first = sequence === 1 ? genesisOf(place.stream) : sequence === (end?.sequence ?? 0) + 1 ? end?.hash : prev;
    const isBehindArchive = last?.sequence === 1 && sequence === (end?.sequence ?? 0) + 1;
    if (isBehindArchive) isAcrossArchive = true;
    const before = last && !isBehindArchive ? last.hash : first;
    if (prev !== before) {
      const previous = last ? `record ${last.sequence}` : 'the beginning';
      broken('record_replaced', `${of} does not follow ${previous}: it names another digest`, place);
    }
    if (isIn(place.stream, sequence, text)) {
      records += 1;
      if (!target || sequence > target.sequence) target = targetFrom(place.stream, sequence);
    }
    read += 1;
    last = place;
    const named = chain.named(place.stream).get(sequence);
    if (named && named.hash !== hash) {
      const finding = named.isTrusted ? 'split_view' : 'record_replaced';
      broken(finding, `${of} is not the one that ${named.by} names: it was replaced`, place);
    }
  };

  /** Also for lines that are skipped: their places cost nothing to read. */
  const checkOrder = (name: string, sequence: number, text: string): void => {
    const place = { stream: name, sequence };
    const before = seen.get(name);
    if (name !== stream && before !== undefined) {
      broken('records_moved', `records of stream ${name} stand in two places`, place);
    }
    const end = endOf(name)?.sequence ?? 0;
    const follows = before === 1 && sequence === end + 1 ? sequence : (before ?? 0) + 1;
    const next = before === undefined ? (isIn(name, sequence, '') ? expected : undefined) : follows;
    seen.set(name, sequence);
    if (next === undefined || sequence === next) return;
    if (sequence < next) {
      const finding = before === sequence && text !== lastText ? 'forked' : 'records_moved';
      broken(finding, `record ${sequence} of stream ${name} stands behind record ${next - 1}`, place);
    }
    const gap = sequence === next + 1 ? `record ${next}` : `records ${next} to ${sequence - 1}`;
    broken('records_missing', `${gap} of stream ${name} missing in front of record ${sequence}`, place);
  };

  const readHead = async (text: string): Promise<void> => {
    leave();
    const checked = checkLine(text);
    if ('fault' in checked && checked.fault) throw checked.fault;
    const head = await openHead('value' in checked ? checked.value['head'] : undefined, header);
    const isOfHeader = head.behalf_audit === 1 || head.header === opened.headerDigest;
    if (head.issuer !== header.issuer || head.at !== header.exportedAt || !isOfHeader) {
      broken('lines_changed', 'the signed head is of another export: the header was changed');
    }
    const needsAllLines = head.behalf_audit === 1 || isAcrossArchive;
    if (needsAllLines && head.digest !== digest?.digest('base64url')) {
      broken(
        'lines_changed',
        'the lines are not those the head was signed for, and the part verifies only with all lines',
      );
    }
    const checkpoint = opened.lastCheckpoint;
    const named = head.heads.find((one) => one.stream === CHECKPOINT_STREAM);
    if (named?.sequence !== checkpoint?.sequence || named?.hash !== checkpoint?.hash) {
      const text = `the signed head names ${named?.sequence ?? 'no'} checkpoints, and the export has ${checkpoint?.sequence ?? 'none'}`;
      broken('records_missing', text, { stream: CHECKPOINT_STREAM });
    }
    for (const end of ends) {
      const listed = head.heads.find((one) => one.stream === end.stream);
      if (listed?.sequence !== end.sequence || listed.hash !== end.hash) {
        const text = `the signed head does not name record ${end.sequence} of stream ${end.stream} as its end`;
        broken('records_missing', text, { stream: end.stream, sequence: end.sequence });
      }
      namedBy.add('the signed head');
    }
    isEnded = true;
  };

  return {
    read(text): Promise<void> | undefined {
      if (isEnded) broken('records_moved', 'there is text behind the signed head');
      if (text.startsWith(HEAD)) return readHead(text);
      digest?.update(`${text}\n`);
      const [, digits, name = ''] = PLACE.exec(text) ?? [];
      if (digits === undefined) return broken('unreadable', 'this is not a record of the audit log');
      const sequence = Number(digits);
      checkOrder(name, sequence, text);
      lastText = text;
      if (name !== stream) {
        leave();
        stream = name;
      }
      if (!last && !isIn(name, sequence, text)) return undefined;
      const checked = checkLine(text);
      if (!('record' in checked)) {
        return 'fault' in checked
          ? throwing(checked.fault)
          : broken('unreadable', 'this is not a record of the audit log');
      }
      follow(text, checked.record, checked.digest);
      if (checked.fault) throw checked.fault;
      if (target && sequence >= target.sequence) leave();
      return undefined;
    },
    end(): PartVerdict {
      if (!isEnded) broken('cut_off', 'the export ends without a signed head: its end was cut off');
      if ('stream' in part && records < part.to - part.from + 1) {
        const text = `the export does not have all records ${part.from} to ${part.to} of stream ${part.stream}`;
        broken('records_missing', text, { stream: part.stream });
      }
      const { issuer, exportedAt, keys } = header;
      const key = keys[0]?.thumbprint ?? '';
      const warnings = chain.warnings();
      return {
        ok: true,
        ...{ issuer, exportedAt, records, read, namedBy: [...namedBy], key },
        ...(header.beginning ? { archived: archivedOf(header.beginning) } : {}),
        ...(warnings.length > 0 ? { warnings } : {}),
      };
    },
  };
};

const throwing = (error: unknown): never => {
  throw error;
};
