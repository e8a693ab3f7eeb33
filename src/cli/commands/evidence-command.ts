/** The commands that write an archive of evidence: `behalf transactions evidence`, `behalf reviews evidence`. */
import { createWriteStream, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, CommandError, EXIT } from '../command.ts';
import { managementCommand } from '../management-command.ts';
import { operandOf } from '../named-objects.ts';
import { printable } from '../table.ts';

/** `operation` answers with the archive of the object that the operand names. */
export const evidenceCommand = ({
  noun,
  operation,
  summary,
}: {
  readonly noun: 'transactions' | 'reviews';
  readonly operation: 'getTransactionEvidence' | 'getReviewEvidence';
  readonly summary: string;
}): Command =>
  managementCommand({
    words: [noun, 'evidence'],
    operands: [operandOf(noun)],
    summary,
    role: 'operator',
    options: { to: { value: 'FILE', description: 'File to create. It must not exist. Default: the id and .zip.' } },
    run: async (call) => {
      const [id = ''] = call.operands;
      const to = call.text('to') ?? `${id}.zip`;
      const stream = Readable.fromWeb(await call.api.stream(operation, { id }));
      try {
        await pipeline(stream, createWriteStream(to, { mode: 0o600, flags: 'wx', flush: true }));
      } catch (cause) {
        const isThere = (cause as { readonly code?: unknown }).code === 'EEXIST';
        // An archive without its end is none.
        if (!isThere) rmSync(to, { force: true });
        throw new CommandError(
          isThere ? `${to} exists already.` : `The archive was not written: ${(cause as Error).message}.`,
          {
            hint: 'Name a file that does not exist, in a folder with room.',
            cause,
          },
        );
      }
      call.terminal.err(`${printable(to)} is written. README.txt in it says how to verify it.\n`);
      return EXIT.done;
    },
  });
