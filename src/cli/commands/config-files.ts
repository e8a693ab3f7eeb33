/** `behalf config …`: settings as files, compared with a server and applied to it. */
import { isAgreed, YES } from '../agreement.ts';
import { type Call, type Command, CommandError, EXIT, isCommandError, type Option } from '../command.ts';
import { readDeclarations, writeDeclarations } from '../declared/files.ts';
import { DECLARED_KINDS, declarationOf, declaredObjects } from '../declared/kinds.ts';
import { planned, type Secret, type Step, short } from '../declared/plan.ts';
import { type Look, lookOn, painted } from '../look.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { printable } from '../table.ts';

const FOLDER = {
  folder: { value: 'DIR', description: 'Folder of the files.', isRequired: true, short: 'f' },
} as const satisfies Record<string, Option>;

const PRUNE = {
  prune: {
    description: 'Also disable or stop what no file declares, of each kind that has a folder. Nothing is deleted.',
  },
} as const satisfies Record<string, Option>;

const exportAll = managementCommand({
  words: ['config', 'export'],
  operands: [],
  summary:
    'Write APIs, blueprints, trusted issuers, clients, budgets, webhooks and policies as files, one for each object.',
  role: 'operator',
  options: FOLDER,
  notes:
    'Files have no secrets. Clients with a role, clients that registered themselves, and the management API are left out. The command overwrites files about the same objects, and deletes none.',
  run: async (call) => {
    const folder = call.required('folder');
    const objects = [];
    for (const kind of DECLARED_KINDS) {
      for (const item of await declaredObjects(kind, call.api)) {
        const { body } = await call.api.run(kind.read, { id: String(item['id']) });
        objects.push({ kind, members: await declarationOf(kind, body, call.api) });
      }
    }
    requireNames(objects.map(({ kind, members }) => `${kind.singular} ${String(members[kind.identity])}`));
    const { body: active } = await call.api.run('getPolicySet', { id: 'active' });
    const { written, others } = writeDeclarations(folder, { objects, policy: String(active['text']) });
    for (const file of others) call.terminal.err(`${printable(file)} declares what this server does not have.\n`);
    const count = written.length === 1 ? '1 file is' : `${written.length} files are`;
    call.print.object({ folder, written, others }, `${count} written to ${printable(folder)}.\n`);
    return EXIT.done;
  },
});

/** A file declares an object by its name. */
const requireNames = (names: readonly string[]): void => {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new CommandError(`There are two of ${twice}. A file could not say which one it declares.`, {
    hint: 'Rename one of them.',
  });
};

const diff = managementCommand({
  words: ['config', 'diff'],
  operands: [],
  summary: 'Show how the server differs from the files. Nothing changes.',
  role: 'operator',
  options: { ...FOLDER, ...PRUNE },
  notes: 'Exit code 0 when it does not differ, 1 when it does.',
  run: async (call) => {
    const steps = await plan(call);
    if (call.isSet('json')) call.print.object({ changes: steps.map(shown) }, '');
    else if (steps.length === 0) call.terminal.err('The server is as the files declare.\n');
    else call.terminal.out(previewText(steps, lookOf(call)));
    return steps.length === 0 ? EXIT.done : EXIT.failed;
  },
});

const apply = managementCommand({
  words: ['config', 'apply'],
  operands: [],
  summary: 'Make the server as the files declare. The command shows what changes, and asks first.',
  role: 'administrator',
  isProvenHere: true,
  options: { ...FOLDER, ...PRUNE, ...YES },
  notes:
    'A member that a file leaves out does not change; null removes it. A second run changes nothing. If another caller changes an object meanwhile, the command stops there: run it again. All events of one run have the same transaction in the audit log.',
  run: async (call) => {
    const steps = await plan(call);
    if (steps.length === 0) {
      if (call.isSet('json')) call.print.object({ changes: [] }, '');
      else call.terminal.err('The server is as the files declare. Nothing was changed.\n');
      return EXIT.done;
    }
    // With --yes the preview may go to a file.
    const look = call.isSet('yes') && !call.terminal.isErrLive ? {} : lookOf(call);
    const asked = { preview: previewText(steps, look), json: { changes: steps.map(shown) } };
    if (!(await isAgreed(call, { ...asked, question: `Make ${count(steps)}?` }))) return EXIT.failed;
    const secrets = await made(steps);
    if (call.isSet('json')) call.print.object({ changes: steps.map(shown), secrets }, '');
    else {
      call.terminal.out(`${count(steps)} made.\n`);
      for (const { what, id, secret } of secrets) {
        call.terminal.out(printable(`${what} (${id}) has the secret ${secret} (shown once)`).concat('\n'));
      }
    }
    return EXIT.done;
  },
});

const plan = (call: ManagementCall): Promise<readonly Step[]> =>
  planned(call.api, readDeclarations(call.required('folder')), { prune: call.isSet('prune') });

/** Makes the changes one after the other. A failure says how many were made: those stay. */
const made = async (steps: readonly Step[]): Promise<readonly (Secret & { readonly what: string })[]> => {
  const secrets: (Secret & { readonly what: string })[] = [];
  for (const [index, { what, run }] of steps.entries()) {
    try {
      const secret = await run();
      if (secret) secrets.push({ what, ...secret });
    } catch (error) {
      if (!isCommandError(error)) throw error;
      const kept = secrets.map((one) => `${one.what} (${one.id}) has the secret ${one.secret} (shown once)`);
      throw new CommandError(
        [`${what}: ${error.message}`, `${index} of ${count(steps)} made, the others not.`, ...kept].join('\n'),
        { hint: error.hint ?? 'Correct it and run the command again.', cause: error },
      );
    }
  }
  return secrets;
};

const count = ({ length }: readonly Step[]): string => (length === 1 ? '1 change' : `${length} changes`);

const shown = ({ sign, what, differences }: Step) => ({
  action: ACTIONS[sign],
  object: what,
  differences: differences.map(({ member, before = null, after = null }) => ({ member, before, after })),
});
const ACTIONS = { '+': 'create', '~': 'change', '-': 'prune' } as const;
const COLORS = { '+': 'green', '~': 'yellow', '-': 'red' } as const;

const lookOf = ({ terminal }: Call): Look => lookOn(terminal, { now: 0, isExact: true });

const previewText = (steps: readonly Step[], look: Look): string =>
  steps
    .map(({ sign, what, differences }) => {
      const lines = differences.map(({ member, before, after }) =>
        printable(
          sign === '+' ? `    ${member}: ${short(after)}` : `    ${member}: ${short(before)} → ${short(after)}`,
        ),
      );
      return `${[painted(printable(`${sign} ${what}`), COLORS[sign], look), ...lines].join('\n')}\n`;
    })
    .join('');

export const configCommands: readonly Command[] = [exportAll, diff, apply];
