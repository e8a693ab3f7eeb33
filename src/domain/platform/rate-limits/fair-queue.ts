/** A task that waits for its turn. */
type Waiting = { readonly begin: () => void; readonly displace: () => void };

/** The tasks that wait for one group, in queues of its members. At the end of a path: the tasks themselves. */
type Line = { size: number; readonly members: Map<string, Line>; readonly tasks: Waiting[] };

const newLine = (): Line => ({ size: 0, members: new Map(), tasks: [] });

const push = (line: Line, path: readonly string[], waiting: Waiting): void => {
  line.size += 1;
  const [name, ...rest] = path;
  if (name === undefined) {
    line.tasks.push(waiting);
    return;
  }
  const member = line.members.get(name) ?? newLine();
  line.members.set(name, member);
  push(member, rest, waiting);
};

/** The next task: members take turns, and each member's tasks go in order of arrival. */
const shift = (line: Line): Waiting | undefined => {
  if (line.size === 0) return undefined;
  line.size -= 1;
  for (const [name, member] of line.members) {
    const next = shift(member);
    // Moves the member to the end, behind the others.
    line.members.delete(name);
    if (member.size > 0) line.members.set(name, member);
    return next;
  }
  return line.tasks.shift();
};

/** Removes the newest task of the member with most waiting tasks. */
const popOfLargest = (line: Line): Waiting | undefined => {
  line.size -= 1;
  let largest: readonly [string, Line] | undefined;
  for (const one of line.members) if (largest === undefined || one[1].size >= largest[1].size) largest = one;
  if (largest === undefined) return line.tasks.pop();
  const [name, member] = largest;
  const popped = popOfLargest(member);
  if (member.size === 0) line.members.delete(name);
  return popped;
};

/**
 * Runs at most `concurrency` tasks at once; at most `limit` wait. Groups take turns: a group that sends many tasks
 * delays only itself. When the queue is full, the newest task of the group with the most waiting tasks is evicted. Few
 * groups with many tasks therefore never block another group. `path` names a task's group and, within it, its members,
 * which share the group's turns alike. A task that is evicted, or finds no room, rejects with `overflow()`.
 */
export const fairQueue = (concurrency: number, limit: number, overflow: () => Error) => {
  const waiting = newLine();
  let running = 0;

  /** Resolves when it is the turn of this task, and rejects when it is evicted. */
  const turn = (path: readonly string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      push(waiting, path, { begin: resolve, displace: () => reject(overflow()) });
      if (waiting.size > limit) popOfLargest(waiting)?.displace();
    });

  return async <T>(path: readonly string[], task: () => Promise<T>): Promise<T> => {
    // The task that ends hands its slot to the next one, so `running` does not change.
    if (running < concurrency) running += 1;
    else await turn(path);
    try {
      return await task();
    } finally {
      const next = shift(waiting);
      if (next) next.begin();
      else running -= 1;
    }
  };
};
