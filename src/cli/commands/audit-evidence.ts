/** `behalf audit verify --evidence`: the evidence of an access review, without the server. */
import { readFileSync } from 'node:fs';
import { readZip } from '../../../adapters/node/zip-archive.ts';
import { broken } from '../../domain/audit/findings.ts';
import { type EvidenceVerdict, verifyReviewEvidence } from '../../domain/governance/reviews/verify-review-evidence.ts';
import { type Call, CommandError, EXIT } from '../command.ts';
import { details, jsonText } from '../table.ts';
import { notVerified } from './audit-archive.ts';
import { cosignersText, policyOf, verifiersOf } from './transparency-log.ts';

/** Needs neither server nor network. */
export const verifyEvidenceAt = (call: Call): number => {
  const policy = policyOf(call.text('policy'));
  const verifiers = verifiersOf(call.text('key'), policy);
  const bytes = bytesOf(call.required('evidence'));
  try {
    const verdict = verifyReviewEvidence(filesIn(bytes), { verifiers, policy });
    if (call.isSet('json')) call.terminal.out(jsonText({ ok: true, ...factsOf(verdict) }));
    else call.terminal.out(details(rowsOf(verdict)));
    return EXIT.done;
  } catch (error) {
    return notVerified(call, error);
  }
};

const bytesOf = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CommandError(`${file} cannot be read.`, { hint: 'Check its path and mode.', cause });
  }
};

const filesIn = (bytes: Buffer): ReadonlyMap<string, Buffer> => {
  try {
    return readZip(bytes);
  } catch (error) {
    return broken('unreadable', `this is no ZIP archive that is whole: ${(error as Error).message}`);
  }
};

const factsOf = ({ log, ...facts }: EvidenceVerdict) => ({ ...facts, log: { origin: log.origin, size: log.size } });

const rowsOf = (verdict: EvidenceVerdict): readonly (readonly [string, unknown])[] => [
  ['verified', `${verdict.items} items and ${verdict.records} records of ${verdict.review}`],
  ['review', `${verdict.name}, ${verdict.state}`],
  ['decided', countsText(verdict.counts)],
  ['decided in a record only', verdict.recordedOnly || undefined],
  ['without a record of the effect', verdict.withoutEffect || undefined],
  ['policy sets', verdict.policies],
  ['issuer', verdict.issuer],
  ['log', `${verdict.log.size} entries of ${verdict.log.origin}`],
  ['cosigned by', cosignersText(verdict.cosigned)],
];

const countsText = (counts: EvidenceVerdict['counts']): string =>
  Object.entries(counts)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
