/** One action on one or several objects, with one call of the API each. */
import { EXIT, isCommandError } from './command.ts';
import type { Json } from './management-client.ts';
import type { ManagementCall } from './management-command.ts';
import { printable } from './table.ts';

/** An object that a command names: its id, and what the user typed. */
export type Target = { readonly id: string; readonly name: string };

/** What became of one of several objects. `unknown`: no answer came, and the server may have done it. */
export type Outcome = {
  readonly id: string;
  readonly outcome: 'done' | 'unchanged' | 'refused' | 'unknown' | 'not_tried';
  readonly error?: string;
  readonly object?: Json;
};

/**
 * The objects of the operands, each once. `find` returns the id of one, and is called for one after the other: a list may be
 * long. Throws what `find` throws, before anything changes.
 */
export const targetsNamed = async (
  call: ManagementCall,
  find: (given: string) => Promise<string>,
): Promise<readonly Target[]> => {
  const targets = new Map<string, Target>();
  for (const [index, given] of call.operands.entries()) {
    const id = await find(given);
    targets.set(id, { id, name: call.typed[index] ?? id });
  }
  return [...targets.values()];
};

type Action = {
  readonly act: (id: string) => Promise<Json>;
  readonly done: string;
  /** Outcomes that need no call, by id. */
  readonly known?: ReadonlyMap<string, Outcome>;
};

/**
 * Makes the calls one after the other, and prints each outcome at once. With one object, prints that, and a refusal is the
 * failure of the command. With several, a refusal of one does not keep the others from their call. A server that does not
 * answer does: the rest is not tried. Returns the exit code: failed if one of them is not as the command says.
 */
export const actOnEach = async (
  call: ManagementCall,
  targets: readonly Target[],
  { act, done, known = new Map() }: Action,
): Promise<number> => {
  const [first, ...others] = targets;
  if (first && others.length === 0) {
    call.print.object(await act(first.id), `${printable(first.name)} is ${done}.\n`);
    return EXIT.done;
  }
  const outcomes: Outcome[] = [];
  const hints = new Set<string>();
  let isReachable = true;
  for (const { id, name } of targets) {
    const { hint, ...outcome }: Tried =
      known.get(id) ?? (isReachable ? await tried(id, act) : { id, outcome: 'not_tried' });
    if (outcome.outcome === 'unknown') isReachable = false;
    if (hint !== undefined) hints.add(hint);
    outcomes.push(outcome);
    if (!call.isSet('json')) say(call, name, outcome, done);
  }
  if (call.isSet('json')) call.print.object(outcomes, '');
  for (const hint of hints) call.terminal.err(`${printable(hint)}\n`);
  return outcomes.every(({ outcome }) => outcome === 'done' || outcome === 'unchanged') ? EXIT.done : EXIT.failed;
};

const say = (
  { terminal }: ManagementCall,
  name: string,
  { outcome, error = 'Not tried.' }: Outcome,
  done: string,
): void => {
  if (outcome === 'done') terminal.out(`${printable(name)} is ${done}.\n`);
  else if (outcome === 'unchanged') terminal.out(`${printable(name)} is ${done} already.\n`);
  else terminal.err(`behalf: ${printable(`${name}: ${error}`)}\n`);
};

type Tried = Outcome & { readonly hint?: string | undefined };

const tried = async (id: string, act: (id: string) => Promise<Json>): Promise<Tried> => {
  try {
    return { id, outcome: 'done', object: await act(id) };
  } catch (error) {
    if (!isCommandError(error)) throw error;
    const { status, message, hint } = error;
    return { id, outcome: status === undefined ? 'unknown' : 'refused', error: message, hint };
  }
};
