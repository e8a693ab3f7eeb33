/** Confirmation of commands that end or change much. */
import { usageError } from './command.ts';
import type { Json } from './management-client.ts';
import type { ManagementCall } from './management-command.ts';

/** The option of a command that asks first. */
export const YES = { yes: { description: 'Do not ask. Required without a terminal.' } } as const;

/**
 * Whether the user confirms. `preview`: what happens, as text and as JSON. Without `--yes` and without a terminal, prints the
 * preview and throws a usage error.
 */
export const isAgreed = async (
  call: ManagementCall,
  { preview, json, question }: { readonly preview: string; readonly json: Json; readonly question: string },
): Promise<boolean> => {
  const { terminal } = call;
  if (call.isSet('yes')) {
    if (!call.isSet('json')) terminal.err(preview);
    return true;
  }
  if (terminal.ask) {
    terminal.err(preview);
    const answer = (await terminal.ask(`${question} [y/N] `)).trim().toLowerCase();
    if (answer === 'y' || answer === 'yes') return true;
    terminal.err('Nothing was changed.\n');
    return false;
  }
  call.print.object(json, preview);
  throw usageError('Nothing was changed.', 'Read what happens, then add --yes.');
};
