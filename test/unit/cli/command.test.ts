import { describe, expect, test } from '@jest/globals';
import { type Call, type Command, CommandError, isCommandError, type Topic } from '../../../src/cli/command.ts';
import { runCommand } from '../../../src/cli/run-command.ts';

/** A terminal that remembers. */
const recorder = () => {
  const written = { out: '', err: '' };
  return {
    written,
    terminal: {
      out: (text: string) => {
        written.out += text;
      },
      err: (text: string) => {
        written.err += text;
      },
    },
  };
};

const calls: Call[] = [];
const command = (words: readonly string[], description: Partial<Command> = {}): Command => ({
  words,
  operands: [],
  summary: `Does ${words.join(' ')}.`,
  options: {},
  run: async (call) => {
    calls.push(call);
    return undefined;
  },
  ...description,
});

const COMMANDS = [
  command(['serve']),
  command(['agents', 'create'], {
    options: {
      name: { value: 'NAME', description: 'Its name.', isRequired: true },
      'redirect-uri': { value: 'URI', description: 'Where to.', isRepeatable: true },
      limit: { value: 'N', description: 'How many.' },
      json: { description: 'As JSON.' },
    },
    notes: 'A note.',
  }),
  command(['agents', 'show'], { operands: ['ID'] }),
  command(['agents', 'list'], { run: async () => 1 }),
];

const TOPICS: readonly Topic[] = [
  {
    title: 'Register agents',
    nouns: [
      {
        name: 'agents',
        summary: 'Manage agents',
        guide: 'docs/how-to/agents.md',
        commands: COMMANDS.filter(({ words }) => words[0] === 'agents'),
      },
    ],
  },
  {
    title: 'Run the server',
    nouns: [{ name: 'serve', summary: 'Run it', guide: 'docs/how-to/operate.md', commands: COMMANDS.slice(0, 1) }],
  },
];

type Outcome = {
  code: number;
  out: string;
  err: string;
  call?: Call | undefined;
  message?: string;
  hint?: string | undefined;
};

const run = (...argv: string[]): Promise<Outcome> => runAt(undefined, ...argv);

const runAt = async (columns: number | undefined, ...argv: string[]): Promise<Outcome> => {
  const { terminal: plain, written } = recorder();
  const terminal = columns === undefined ? plain : { ...plain, columns };
  calls.length = 0;
  try {
    return { code: await runCommand(TOPICS, argv, { terminal, env: {} }), call: calls[0], ...written };
  } catch (error) {
    if (!isCommandError(error)) throw error;
    return { code: error.exitCode, message: error.message, hint: error.hint, ...written };
  }
};

describe('a command', () => {
  test('gets its options and operands', async () => {
    const { code, call } = await run(
      'agents',
      'create',
      '--name=a',
      '--redirect-uri',
      'b',
      '--redirect-uri',
      'c',
      '--json',
      '--limit',
      '5',
    );
    expect(code).toBe(0);
    expect(call?.required('name')).toBe('a');
    expect(call?.texts('redirect-uri')).toEqual(['b', 'c']);
    expect(call?.isSet('json')).toBe(true);
    expect(call?.integer('limit', 1, 10)).toBe(5);
    expect(() => call?.integer('limit', 1, 4)).toThrow('--limit must be a whole number from 1 to 4.');
    const shown = await run('agents', 'show', 'agt_1');
    expect(shown.call?.operands).toEqual(['agt_1']);
    expect(shown.call?.text('name')).toBeUndefined();
  });

  test('decides the exit code', async () => {
    expect((await run('agents', 'list')).code).toBe(1);
    expect((await run('serve')).code).toBe(0);
  });

  test.each<[readonly string[], string, string]>([
    [['agent'], 'There is no command `behalf agent`.', 'Did you mean `behalf agents`?'],
    [['zzzzzz'], 'There is no command `behalf zzzzzz`.', 'See `behalf --help`.'],
    [['agents', 'crate'], 'There is no command `behalf agents crate`.', 'Did you mean `behalf agents create`?'],
    [['create'], 'There is no command `behalf create`.', 'Did you mean `behalf agents create`?'],
    [['agents', 'create'], '--name NAME is missing.', 'See `behalf agents create --help`.'],
    [['agents', 'create', '--nam', 'a'], 'There is no option --nam.', 'Did you mean --name?'],
    [['agents', 'create', '--name'], "Option '--name <value>' argument missing", 'See `behalf agents create --help`.'],
    [['agents', 'show'], 'ID is missing.', 'See `behalf agents show --help`.'],
    [['agents', 'show', 'a', 'b'], '`b` is one argument too many.', 'See `behalf agents show --help`.'],
  ])('given %j is wrong usage, exit 2', async (argv, message, hint) => {
    expect(await run(...argv)).toMatchObject({ code: 2, message, hint });
  });
});

describe('help', () => {
  test('lists the nouns by subject', async () => {
    for (const argv of [['--help'], ['-h'], ['help']]) {
      const { code, out } = await run(...argv);
      expect(code).toBe(0);
      expect(out).toMatch(/\n\nRegister agents\n {2}agents {2}Manage agents\n\nRun the server\n {2}serve {3}Run it\n/);
      expect(out).not.toContain('agents create');
    }
    expect(await run()).toMatchObject({ code: 2, out: expect.stringContaining('Usage: behalf COMMAND') });
  });

  test('has the variables of the environment and the exit codes', async () => {
    expect(await run('help', 'environment')).toMatchObject({
      code: 0,
      out: expect.stringContaining('BEHALF_CONTEXT '),
    });
    const { code, out } = await run('help', 'exit-codes');
    expect([code, out]).toEqual([0, expect.stringMatching(/ {2}0 {3}done\n.*\n {2}2 {3}wrong usage/)]);
    for (const topic of ['environment', 'exit-codes']) expect((await run('--help')).out).toContain(`help ${topic}`);
    await expect(run('help', 'toString')).resolves.toMatchObject({ code: 2 });
  });

  test('after a refusal names the command that shows the object, or all of its kind', async () => {
    const hintAfter = async (status: number, description: Partial<Command>, ...argv: string[]) => {
      const refused = command(['agents', 'stop'], {
        operands: ['ID'],
        run: async () => {
          throw new CommandError('No.', { status, hint: 'In general.', isGeneral: true });
        },
        ...description,
      });
      const commands = [
        refused,
        ...COMMANDS.filter(({ words }) => words.join() !== refused.words.join()),
        command(['agents', 'keys', 'list'], { operands: ['ID'] }),
      ];
      const topics = [
        { title: 'T', nouns: [{ name: 'agents', summary: 'M', guide: 'docs/how-to/agents.md', commands }] },
      ];
      const failed = await runCommand(topics, [...refused.words, ...argv], { terminal: recorder().terminal, env: {} })
        .then(() => undefined)
        .catch((error: unknown) => (isCommandError(error) ? error : undefined));
      return failed?.hint;
    };
    expect(await hintAfter(404, {}, 'Day finder')).toBe('See `behalf agents list`.');
    expect(await hintAfter(409, {}, 'Day finder')).toBe(
      "Look at it with `behalf agents show 'Day finder'`, then decide.",
    );
    expect(await hintAfter(412, {}, "O'Neill; x")).toBe(
      "Look at it with `behalf agents show 'O'\\''Neill; x'`, then decide.",
    );
    expect(await hintAfter(503, {}, 'a')).toBe('In general.');
    const several = { operands: ['ID...'] };
    expect(await hintAfter(409, several, 'a', 'b')).toBe('Look at it with `behalf agents show a`, then decide.');
    // What the command lists belongs to the object.
    const key = { words: ['agents', 'keys', 'remove'], operands: ['ID', 'KEY'] };
    expect(await hintAfter(404, key, 'a', 'key_1')).toBe('See `behalf agents keys list a`.');
    // An operand that is no agent, or none at all: `show` would not know it.
    for (const operands of [['LINK'], []]) {
      expect(await hintAfter(404, { operands }, ...operands)).toBe('In general.');
      expect(await hintAfter(409, { operands }, ...operands)).toBe('In general.');
    }
    const create = { words: ['agents', 'create'], operands: ['NAME'] };
    expect(await hintAfter(409, create, 'taken')).toBe('See `behalf agents list`.');
    expect(await hintAfter(404, create, 'taken')).toBe('In general.');
  });

  test('lists all commands', async () => {
    const { code, out } = await run('help', 'all');
    expect(code).toBe(0);
    for (const { summary } of COMMANDS) expect(out).toContain(summary);
  });

  test('lists the commands of one noun', async () => {
    for (const argv of [
      ['agents', '--help'],
      ['help', 'agents'],
    ]) {
      const { code, out } = await run(...argv);
      expect(code).toBe(0);
      expect(out).toContain('agents show ID');
      expect(out).not.toContain('Does serve');
    }
    expect((await run('agents')).code).toBe(2);
  });

  test('breaks lines where the terminal would', async () => {
    const { out } = await runAt(56, 'agents', 'create', '--help');
    expect(out).toContain(`  --redirect-uri URI  Where to. May be given more than\n${' '.repeat(22)}once.\n`);
    // Examples stay whole, to be copied.
    const [described = ''] = out.split('\nExamples:');
    expect(Math.max(...described.split('\n').map((line) => line.length))).toBeLessThanOrEqual(56);
  });

  test('describes one command and does not run it', async () => {
    for (const argv of [
      ['agents', 'create', '--help'],
      ['agents', 'create', '--name', 'a', '-h'],
      ['help', 'agents', 'create'],
    ]) {
      const { code, call, out } = await run(...argv);
      expect(code).toBe(0);
      expect(call).toBeUndefined();
      expect(out).toMatch(/Usage: behalf agents create --name NAME \[options\]/);
      expect(out).toMatch(/--redirect-uri URI {2}Where to\. May be given more than once\./);
      expect(out).toContain('A note.');
    }
  });
});
