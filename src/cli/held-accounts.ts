/** Lets accounts pass that a pause of a directory or of a transmitter holds. */
import type { Reply } from './management-client.ts';
import type { ManagementCall } from './management-command.ts';
import { printable } from './table.ts';

/**
 * Resumes with the number of `--allow`. By default lists the held accounts on standard error and lets as many pass, so that none
 * passes that was held since.
 */
export const resumeHeld = async (
  call: ManagementCall,
  readActivity: () => Promise<Reply>,
  resume: (allowed: number) => Promise<Reply>,
): Promise<Reply> => {
  const allowed = call.integer('allow', 0, 1_000_000);
  if (allowed !== undefined) return resume(allowed);
  const { held: found } = (await readActivity()).body;
  const held = Array.isArray(found) ? found.map(String) : [];
  const { names } = await call.print.look(held);
  for (const id of held) call.terminal.err(`${printable(names?.get(id) ?? id)}\n`);
  return resume(held.length);
};
