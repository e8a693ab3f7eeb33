/** `behalf audit check`: whether the events of an export have the fields that a profile asks for. Needs no server. */
import { createReadStream } from 'node:fs';
import { AIMS_FIELDS, type AimsRecord, type AimsResult, checkAims } from '../../domain/audit/aims-profile.ts';
import { linesOf } from '../../domain/audit/export-lines.ts';
import { type Call, type Command, CommandError, EXIT, usageError } from '../command.ts';
import { details, jsonText, printable } from '../table.ts';

const PROFILES = ['aims'] as const;

export const auditCheck: Command = {
  words: ['audit', 'check'],
  operands: ['FILE'],
  summary: 'Check that each token event of an export has the fields of a profile.',
  options: {
    profile: {
      value: 'NAME',
      description: 'aims: the minimum audit fields of draft-ietf-wimse-aims.',
      isRequired: true,
    },
    json: { description: 'Print JSON.' },
  },
  notes:
    'docs/reference/aims.md lists the fields by type of event. Exit code 1 when an event lacks a field. The command does not verify the export: behalf audit verify FILE --key THUMBPRINT.',
  run: async (call) => {
    const profile = call.text('profile') ?? '';
    if (!PROFILES.some((one) => one === profile)) throw usageError(`Profiles are: ${PROFILES.join(', ')}.`);
    const [file = ''] = call.operands;
    const result = await checkAims(recordsIn(file));
    if (call.isSet('json')) call.terminal.out(jsonText(result));
    else tell(call, result);
    return result.missingCount === 0 && result.withheld === 0 ? EXIT.done : EXIT.failed;
  },
};

const tell = ({ terminal }: Call, { events, byType, missing, missingCount, withheld }: AimsResult): void => {
  for (const { record, type, field } of missing)
    terminal.err(`${printable(record)} (${printable(type)}) lacks: ${AIMS_FIELDS[field]}\n`);
  if (missingCount > missing.length) terminal.err(`… and ${missingCount - missing.length} more\n`);
  if (withheld > 0) terminal.err(`${withheld} events have hidden members: check a whole export.\n`);
  terminal.out(
    details([
      ['token events', events],
      ...Object.entries(byType).map(([type, count]) => [type, count] as const),
      ['fields missing', missingCount],
    ]),
  );
};

/** Records of an export; its header and signed head are no records. */
async function* recordsIn(file: string): AsyncGenerator<AimsRecord> {
  let number = 0;
  for await (const line of linesOf(createReadStream(file))) {
    number += 1;
    let value: Partial<AimsRecord>;
    try {
      value = JSON.parse(line) as Partial<AimsRecord>;
    } catch (cause) {
      throw new CommandError(`Line ${number} of ${printable(file)} is no JSON.`, {
        hint: 'Give an export: behalf audit export > audit.ndjson',
        cause,
      });
    }
    if (typeof value.event === 'object' && value.event !== null) yield value as AimsRecord;
  }
}
