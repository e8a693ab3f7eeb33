/** Refuses to register a second agent under a name that is in use: people distinguish agents by name, programs by id. */
import { existsSync } from 'node:fs';
import { CommandError } from './command.ts';
import type { Json, ManagementClient } from './management-client.ts';
import { objectsNamed } from './named-objects.ts';
import { printable } from './table.ts';

/** Throws CommandError when an agent that is not retired has the name, without regard to case. */
export const requireNewName = async (api: ManagementClient, name: string): Promise<void> => {
  const found = await agentNamed(api, name);
  if (found === undefined) return;
  const { id, state, owner } = found;
  throw new CommandError(
    `An agent with the name ${printable(name)} exists: ${printable(String(id))}, ${printable(String(state))}, owner ${printable(String(owner))}.`,
    { hint: 'Give this one another name, or repeat the command with --again: two agents then have the same name.' },
  );
};

/** The newest agent that is not retired and has the name, without regard to case. */
export const agentNamed = async (api: ManagementClient, name: string): Promise<Json | undefined> =>
  (await objectsNamed(api, 'AGENT', name)).find(({ state }) => state !== 'retired');

/** `planner.jwk.json`, or with a number after the name where that file belongs to an earlier agent. */
export const keyFileFor = (name: string, isAgain: boolean): string => {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 40) || 'agent';
  for (let number = 1; ; number += 1) {
    const file = `${base}${number === 1 ? '' : `-${number}`}.jwk.json`;
    if (!isAgain || !existsSync(file)) return file;
  }
};
