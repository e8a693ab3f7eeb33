/** `behalf agents compositions …`: what agents are made of, and the owner's decision about another composition. */
import { type Command, EXIT, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { details, printable } from '../table.ts';

type Change = { readonly member: string; readonly name?: string; readonly from?: string; readonly to?: string };

const short = (value: string): string => value.replaceAll(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/g, '$1…');

const changeText = ({ member, name, from, to }: Change): string => {
  const what = name === undefined ? member : `${member} ${name}`;
  if (from === undefined) return `${what} added`;
  return to === undefined ? `${what} removed` : `${what} ${short(from)} → ${short(to)}`;
};

const changesOf = (item: Json): string => ((item['changes'] ?? []) as readonly Change[]).map(changeText).join('; ');

/** `NAME`, or `NAME=sha256:…`. */
const toolsOf = (given: readonly string[]): Json => {
  const named = given.map((text) => {
    const at = text.lastIndexOf('=sha256:');
    return at < 0 ? { name: text } : { name: text.slice(0, at), digest: text.slice(at + 1) };
  });
  const digests = named.flatMap(({ name, digest }) => (digest === undefined ? [] : [[name, digest] as const]));
  return {
    ...(named.length === 0 ? {} : { tools: named.map(({ name }) => name) }),
    ...(digests.length === 0 ? {} : { tool_digests: Object.fromEntries(digests) }),
  };
};

const MEMBERS = {
  digest: 'digest',
  model: 'model',
  'model-digest': 'model_digest',
  prompt: 'prompt',
  'prompt-digest': 'prompt_digest',
} as const;

const declared = (call: ManagementCall): Json => {
  const members = Object.entries(MEMBERS).flatMap(([option, member]) => {
    const value = call.text(option);
    return value === undefined ? [] : [[member, value] as const];
  });
  const body = { ...Object.fromEntries(members), ...toolsOf(call.texts('tool')) };
  if (Object.keys(body).length === 0)
    throw usageError('Nothing to declare was given.', 'See `behalf agents compositions declare --help`.');
  return body;
};

const decision = (verb: 'approve' | 'reject', summary: string, done: string): Command =>
  managementCommand({
    words: ['agents', 'compositions', verb],
    operands: ['AGENT', 'DIGEST'],
    summary,
    role: 'operator',
    options: {},
    notes: 'DIGEST: the one under composition_drift of `behalf agents show AGENT`.',
    run: async (call) => {
      const [id = '', digest = ''] = call.operands;
      const operation = verb === 'approve' ? 'approveComposition' : 'rejectComposition';
      const { body } = await call.api.run(operation, { id, body: { digest } });
      call.print.object(
        body,
        `${printable(short(digest))} is ${done}. ${printable(id)} is ${printable(String(body['state']))}.\n`,
      );
      return EXIT.done;
    },
  });

export const compositionCommands: readonly Command[] = [
  managementCommand({
    words: ['agents', 'compositions', 'list'],
    operands: ['AGENT'],
    summary: 'List the compositions of an agent, newest first, with what differs from the one before.',
    role: 'operator',
    options: {},
    run: async (call) => {
      const { body } = await call.api.run('listCompositions', { id: call.operands[0] ?? '' });
      await call.print.list(
        body['items'] as readonly Json[],
        [
          { title: 'VERSION', value: ({ version }) => version },
          { title: 'DIGEST', value: ({ digest }) => short(String(digest)) },
          { title: 'GRADE', value: ({ grade }) => grade },
          { title: 'SINCE', value: ({ declared_at: at }) => at, as: 'time' },
          { title: 'BY', value: ({ declared_by: by }) => by, as: 'name' },
          { title: 'CHANGES', value: changesOf },
        ],
        'This agent has no composition.',
      );
      return EXIT.done;
    },
  }),
  managementCommand({
    words: ['agents', 'compositions', 'declare'],
    operands: ['AGENT'],
    summary: 'Declare the composition of an agent: model, prompt and tools.',
    role: 'operator',
    options: {
      model: { value: 'TEXT', description: 'Name or version of the model.' },
      'model-digest': { value: 'DIGEST', description: 'Its digest: sha256:…' },
      prompt: { value: 'TEXT', description: 'Name or version of the prompt.' },
      'prompt-digest': { value: 'DIGEST', description: 'Its digest: sha256:…' },
      tool: { value: 'TOOL', description: 'Tool: NAME, or NAME=sha256:…', isRepeatable: true },
      digest: { value: 'DIGEST', description: 'Digest of the whole. Default: computed from the other options.' },
    },
    notes: 'A composition that waits for a decision is decided by it.',
    run: async (call) => {
      const { body } = await call.api.run('declareComposition', { id: call.operands[0] ?? '', body: declared(call) });
      const made = body['composition'] as Json;
      call.print.object(
        body,
        details([
          ['agent', body['id']],
          ['version', made['version']],
          ['digest', made['digest']],
          ['changes', changesOf(made)],
        ]),
      );
      return EXIT.done;
    },
  }),
  decision(
    'approve',
    'Approve the composition that waits. It becomes the composition of the agent. A suspended agent stays suspended.',
    'approved',
  ),
  decision('reject', 'Reject the composition that waits. The composition of the agent stays.', 'rejected'),
];
