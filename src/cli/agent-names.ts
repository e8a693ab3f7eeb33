/** Refuses to register a second agent under a name that is in use: people distinguish agents by name, programs by id. */
import { existsSync } from 'node:fs';
import { CommandError } from './command.ts';
import type { Json, ManagementClient } from './management-client.ts';
import { printable } from './table.ts';

const WORDS = /[\p{L}\p{N}]+/u;
/** Members of the body of a search (openapi.json). */
const LONGEST_SEARCH = 200;
/** How many agents a search returns at most when one with the same name is looked for. */
const MOST_LOOKED_AT = 1000;

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

/** The first agent that is not retired and has the name, without regard to case. */
export const agentNamed = async (api: ManagementClient, name: string): Promise<Json | undefined> => {
  if (!WORDS.test(name)) return undefined;
  const query = { search: [...name].slice(0, LONGEST_SEARCH).join('') };
  for await (const agent of api.items('listAgents', { query }, MOST_LOOKED_AT)) {
    if (agent['state'] !== 'retired' && plain(String(agent['name'])) === plain(name)) return agent;
  }
  return undefined;
};

const plain = (name: string): string => name.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();

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
