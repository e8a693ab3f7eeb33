/**
 * What an agent runs with, random changes of it, and other forms of the same. Shares no code with the canonical form of the server: what is
 * the same is compared by structure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Random } from './campaign.ts';

type Schema = { readonly type: string; readonly [member: string]: unknown };

export type Tool = {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: Schema;
  readonly outputSchema?: Schema;
  readonly annotations?: Readonly<Record<string, boolean>>;
};

export type Setup = {
  readonly model: string;
  readonly prompt: string;
  /** Only its digest leaves the agent. */
  readonly promptText: string;
  readonly tools: readonly Tool[];
};

/** `name`: of a tool. */
export type Part = { readonly member: 'model' | 'prompt' | 'tool'; readonly name?: string };

const WORDS = 'book find send list read write move copy plan note ask pay sign ship test sort map join cut mail'.split(
  ' ',
);
/** Letters whose order and escapes differ between encoders. */
const LETTERS = ['a', 'Z', '0', ' ', 'é', '\u{1F600}', '"', '\\', '\n', '\u2028', 'ß', 'ﬁ', '€'];

const textOf = (random: Random): string =>
  Array.from({ length: 3 + random.integer(12) }, () => random.pick(LETTERS))
    .join('')
    .trim() || 'x';

const schemaOf = (random: Random, depth = 0): Schema => {
  const properties = Object.fromEntries(
    Array.from({ length: 1 + random.integer(4) }, () => {
      const isNested = depth < 2 && random.chance(0.3);
      const plain = { type: random.pick(['string', 'number', 'boolean']), description: textOf(random) };
      const bounds = random.chance(0.4) ? { maximum: random.pick([1, 10, 1e21, 0.1, -0.5, 1e-7]) } : {};
      return [random.pick(WORDS), isNested ? schemaOf(random, depth + 1) : { ...plain, ...bounds }];
    }),
  );
  const required = Object.keys(properties).filter(() => random.chance(0.5));
  return { type: 'object', properties, required, additionalProperties: random.chance(0.5) };
};

const toolOf = (random: Random, name: string): Tool => ({
  name,
  ...(random.chance(0.5) ? { title: textOf(random) } : {}),
  description: textOf(random),
  inputSchema: schemaOf(random),
  ...(random.chance(0.3) ? { outputSchema: schemaOf(random) } : {}),
  ...(random.chance(0.3) ? { annotations: { readOnlyHint: random.chance(0.5), openWorldHint: true } } : {}),
});

const nameOf = (random: Random): string => `${random.pick(WORDS)}_${random.integer(1e9).toString(36)}`;

export const newSetup = (random: Random): Setup => ({
  model: `model-${random.integer(1000)}`,
  prompt: `prompt-${random.integer(1000)}`,
  promptText: textOf(random),
  tools: Array.from({ length: 1 + random.integer(8) }, () => toolOf(random, nameOf(random))),
});

/** A schema that differs in one place, which may be deep. */
const turned = (random: Random, schema: Schema): Schema => {
  const { properties, required } = schema as unknown as {
    readonly properties: Readonly<Record<string, Schema>>;
    readonly required: readonly string[];
  };
  const name = random.pick(Object.keys(properties));
  const one = properties[name] as Schema;
  const inner =
    one['properties'] === undefined ? { ...one, description: `${String(one['description'])}.` } : turned(random, one);
  return random.pick<() => Schema>([
    () => ({ ...schema, properties: { ...properties, [name]: inner } }),
    () => ({ ...schema, additionalProperties: schema['additionalProperties'] !== true }),
    () => ({
      ...schema,
      required: required.includes(name) ? required.filter((each) => each !== name) : [...required, name],
    }),
    () => ({ ...schema, properties: { ...properties, [nameOf(random)]: { type: 'string' } } }),
    () => ({ ...schema, title: textOf(random) }),
  ])();
};

const changedTool = (random: Random, tool: Tool): Tool =>
  random.pick<() => Tool>([
    () => ({ ...tool, description: `${tool.description ?? ''} ` }),
    () => ({ ...tool, description: `${tool.description ?? ''}${textOf(random)}` }),
    () => ({ ...tool, inputSchema: turned(random, tool.inputSchema) }),
    () => ({ ...tool, outputSchema: tool.outputSchema ? turned(random, tool.outputSchema) : schemaOf(random) }),
    () => ({ ...tool, title: `${tool.title ?? ''}\u200b` }),
    () => ({
      ...tool,
      annotations: { ...tool.annotations, destructiveHint: tool.annotations?.['destructiveHint'] !== true },
    }),
  ])();

const replaced = (tools: readonly Tool[], at: number, by: readonly Tool[]): readonly Tool[] => [
  ...tools.slice(0, at),
  ...by,
  ...tools.slice(at + 1),
];

const change = (random: Random, setup: Setup): Setup => {
  const { tools } = setup;
  const at = random.integer(tools.length);
  const tool = tools[at] as Tool;
  return random.pick<() => Setup>([
    // A new name each time: one that grew with each change would pass the 200 characters of the server in a long run.
    () => ({ ...setup, model: `model-${random.integer(1e9)}` }),
    () => ({ ...setup, prompt: `prompt-${random.integer(1e9)}` }),
    () => ({ ...setup, promptText: `${setup.promptText}${random.pick(LETTERS)}` }),
    () => ({ ...setup, tools: [...tools, toolOf(random, nameOf(random))] }),
    () => ({
      ...setup,
      tools: tools.length > 1 ? replaced(tools, at, []) : [...tools, toolOf(random, nameOf(random))],
    }),
    () => ({ ...setup, tools: replaced(tools, at, [{ ...tool, name: nameOf(random) }]) }),
    ...Array.from({ length: 4 }, () => () => ({ ...setup, tools: replaced(tools, at, [changedTool(random, tool)]) })),
  ])();
};

/** One to three changes. */
export const changed = (random: Random, setup: Setup): Setup => {
  let next = setup;
  for (let left = 1 + random.integer(3); left > 0; left -= 1) next = change(random, next);
  return next;
};

const shuffled = <T>(random: Random, values: readonly T[]): readonly T[] => {
  const left = [...values];
  for (let at = left.length - 1; at > 0; at -= 1) {
    const other = random.integer(at + 1);
    [left[at], left[other]] = [left[other] as T, left[at] as T];
  }
  return left;
};

/** The same value, with members in another order at each level. The order of lists stays. */
const reordered = <T>(random: Random, value: T): T => {
  if (Array.isArray(value)) return value.map((each) => reordered(random, each)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    shuffled(random, Object.entries(value)).map(([name, each]) => [name, reordered(random, each)]),
  ) as T;
};

/** Another form of the same: another order of tools and members. */
export const otherForm = (random: Random, setup: Setup): Setup => ({
  ...reordered(random, setup),
  tools: shuffled(
    random,
    setup.tools.map((tool) => reordered(random, tool)),
  ),
});

/** A JSON text of the same value, with other escapes and spaces. */
export const otherText = (random: Random, value: unknown): string => {
  const text = JSON.stringify(value, undefined, random.pick([0, 1, 2]));
  return random.chance(0.5)
    ? text.replaceAll(/[^\x20-\x7e\n]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : text;
};

const byName = (tools: readonly Tool[]): ReadonlyMap<string, Tool> => new Map(tools.map((tool) => [tool.name, tool]));

/** What differs. */
export const partsThatDiffer = (before: Setup, after: Setup): readonly Part[] => {
  const [one, other] = [byName(before.tools), byName(after.tools)];
  const names = [...new Set([...one.keys(), ...other.keys()])].sort();
  const isPrompt = before.prompt !== after.prompt || before.promptText !== after.promptText;
  return [
    ...(before.model === after.model ? [] : [{ member: 'model' } as const]),
    ...(isPrompt ? [{ member: 'prompt' } as const] : []),
    ...names
      .filter((name) => !isDeepStrictEqual(one.get(name), other.get(name)))
      .map((name) => ({ member: 'tool', name }) as const),
  ];
};

/** Tools that both have, and that differ. */
export const toolsThatDiffer = (before: Setup, after: Setup): readonly string[] => {
  const [one, other] = [byName(before.tools), byName(after.tools)];
  return [...one.keys()].filter((name) => other.has(name) && !isDeepStrictEqual(one.get(name), other.get(name))).sort();
};
