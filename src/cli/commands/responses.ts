/** `behalf responses …`: what response rules did, and the end of it. */
import type { Command } from '../command.ts';
import { actionCommand, listCommand, showCommand } from '../object-commands.ts';

const NOUN = 'responses';

export const responseCommands: readonly Command[] = [
  listCommand({
    noun: NOUN,
    plural: 'what response rules did, newest first',
    operation: 'listResponses',
    nothing: 'No response rule has acted.',
    filters: {
      state: {
        value: 'STATE',
        description: 'begun, open (the agent is suspended or restricted by it), notified, lifted or expired.',
      },
      rule: { value: 'RESPONSE_RULE', description: 'Only of this rule.' },
      agent: { value: 'AGENT', description: 'Only about this agent.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'ACT', value: ({ act }) => act },
      { title: 'AT', value: ({ created_at: at }) => at, as: 'time' },
      { title: 'BRAKED', value: ({ braked }) => (braked === true ? 'yes' : undefined), isRare: true },
      { title: 'ALREADY', value: ({ already }) => (already === true ? 'yes' : undefined), isRare: true },
      { title: 'UNTIL', value: ({ until }) => until, as: 'time', isRare: true },
      { title: 'AGENT', value: ({ agent }) => agent },
      { title: 'OWNER', value: ({ owner }) => owner, as: 'name' },
      { title: 'RULE', value: ({ rule_name: name }) => name },
    ],
    isWatched: true,
  }),
  showCommand(NOUN, 'a response: the values that met the conditions, and the events that led to it', 'getResponse'),
  actionCommand({
    noun: NOUN,
    verb: 'lift',
    operation: 'liftResponse',
    summary:
      'End the suspension or restriction of a response. The agent is active. Not with a key of an account that owns it.',
    done: 'lifted',
  }),
];
