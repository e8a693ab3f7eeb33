/** One action on one or several objects, with one call of the API each. */
import { EXIT, isCommandError } from './command.ts';
import type { Json } from './management-client.ts';
import type { ManagementCall } from './management-command.ts';
import { printable } from './table.ts';

/** An object that a command names: its id, and what the user typed. */
export type Target = { readonly id: string; readonly name: string };

type Outcome = {
  readonly id: string;
  readonly outcome: 'done' | 'refused' | 'not_tried';
  readonly error?: string;
  readonly object?: Json;
};

/** The objects of the operands, each once. `ids`: of the operands, in their order. */
export const targetsOf = (call: ManagementCall, ids: readonly string[] = call.operands): readonly Target[] => {
  const targets = new Map<string, Target>();
  for (const [index, id] of ids.entries()) targets.set(id, { id, name: call.typed[index] ?? id });
  return [...targets.values()];
};

/**
 * Makes the calls one after the other, and prints each outcome at once. With one object, prints that, and a refusal is the
 * failure of the command. With several, a refusal of one does not keep the others from their call. A server that does not
 * answer does: the rest is not tried. Returns the exit code: failed if one of them was not done.
 */
export const actOnEach = async (
  call: ManagementCall,
  targets: readonly Target[],
  { act, done }: { readonly act: (id: string) => Promise<Json>; readonly done: string },
): Promise<number> => {
  const [first, ...others] = targets;
  if (first && others.length === 0) {
    call.print.object(await act(first.id), `${printable(first.name)} is ${done}.\n`);
    return EXIT.done;
  }
  const outcomes: Outcome[] = [];
  let isReachable = true;
  for (const { id, name } of targets) {
    const outcome: Outcome = isReachable ? await tried(id, act) : { id, outcome: 'not_tried' };
    if (outcome.outcome === 'not_tried') isReachable = false;
    outcomes.push(outcome);
    if (call.isSet('json')) continue;
    if (outcome.outcome === 'done') call.terminal.out(`${printable(name)} is ${done}.\n`);
    else call.terminal.err(`behalf: ${printable(`${name}: ${outcome.error ?? 'Not tried.'}`)}\n`);
  }
  if (call.isSet('json')) call.print.object(outcomes, '');
  return outcomes.every(({ outcome }) => outcome === 'done') ? EXIT.done : EXIT.failed;
};

const tried = async (id: string, act: (id: string) => Promise<Json>): Promise<Outcome> => {
  try {
    return { id, outcome: 'done', object: await act(id) };
  } catch (error) {
    if (!isCommandError(error)) throw error;
    return { id, outcome: error.status === undefined ? 'not_tried' : 'refused', error: error.message };
  }
};
