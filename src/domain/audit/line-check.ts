/** Checks lines of an export each by itself: all that costs time. Runs on any thread, so its results can be copied between them. */
import { CHECKPOINT_STREAM } from './audit-record.ts';
import { asRecord, checkValues, type ExportedRecord, parseLine } from './export-lines.ts';
import { type Fault, faultOf } from './findings.ts';
import { hashOf, type RecordPlace } from './record-digest.ts';

/** A record without its event. */
export type Followed = RecordPlace & { readonly hash: string };

/** What a line is. */
export type CheckedLine =
  | {
      readonly record: Followed;
      /** Of its content. */
      readonly digest: string;
      /** A personal value does not match its commitment. */
      readonly fault?: Fault;
      /** The whole record; only of a checkpoint. */
      readonly checkpoint?: ExportedRecord;
    }
  | { readonly value: Readonly<Record<string, unknown>> }
  | { readonly fault: Fault };

/** Never throws: what is wrong with the line is part of the answer. */
export const checkLine = (text: string): CheckedLine => {
  try {
    const value = parseLine(text);
    if (value['stream'] === undefined) return { value };
    const record = asRecord(value);
    const { stream, sequence, at, prev, hash } = record;
    const fault = valuesFault(record);
    return {
      record: { stream, sequence, at, prev, hash },
      digest: hashOf(record),
      ...(fault ? { fault } : {}),
      ...(stream === CHECKPOINT_STREAM ? { checkpoint: record } : {}),
    };
  } catch (error) {
    return { fault: faultOf(error) };
  }
};

const valuesFault = (record: ExportedRecord): Fault | undefined => {
  try {
    checkValues(record);
    return undefined;
  } catch (error) {
    return faultOf(error);
  }
};

const LINE_END = 10;
/** Text that is not UTF-8 is no JSON, even where the mark of a replaced character would give the same digest. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Checks whole lines. The last one may lack its line end. Lines end with U+000A only. */
export const checkLines = (bytes: Uint8Array): readonly CheckedLine[] => {
  const checked: CheckedLine[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(LINE_END, from);
    const end = found === -1 ? bytes.length : found;
    checked.push(checkLine(textOf(bytes.subarray(from, end))));
    from = end + 1;
  }
  return checked;
};

const textOf = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes);
  } catch {
    return '';
  }
};
