/** `behalf agents import`: registers many agents from a file, a few thousand in each request. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Command, CommandError, EXIT } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { printable } from '../table.ts';

/** Lines of one request. The client sends them well within the deadline of a request, and can repeat them after a failure. */
const LINES = 2_000;

type Counts = { registered: number; refused: number; replayed: number };

export const importAgents: Command = managementCommand({
  words: ['agents', 'import'],
  operands: ['FILE'],
  summary: 'Register many agents. FILE has one JSON object per line, in the format of the API.',
  role: 'operator',
  options: {
    key: { value: 'TEXT', description: 'Idempotency key. Default: a digest of the file.' },
    results: { description: 'Print the result of each line, as one JSON object per line.' },
  },
  notes:
    'After a failure, run the command again. For a day, it does not register a line twice. The exit code is 1 when a line was refused.',
  run: async (call) => {
    const file = call.operands[0] ?? '';
    const total = { lines: 0 };
    const hash = createHash('sha256');
    for await (const line of linesOf(file)) {
      total.lines += 1;
      hash.update(`${line}\n`);
    }
    const key = call.text('key') ?? `file-${hash.digest('hex').slice(0, 40)}`;
    const counts: Counts = { registered: 0, refused: 0, replayed: 0 };
    let done = 0;
    let batch: string[] = [];
    const send = async (): Promise<void> => {
      if (batch.length === 0) return;
      const first = done;
      for (const result of await call.api.lines('createAgents', batch, `${key}.${first}`))
        tell(call, result, first, counts);
      done += batch.length;
      batch = [];
      progress(call, done, total.lines);
    };
    for await (const line of linesOf(file)) {
      batch.push(line);
      if (batch.length === LINES) await send();
    }
    await send();
    if (call.terminal.isErrLive) call.terminal.err('\n');
    call.terminal.err(
      `${counts.registered} registered, ${counts.replayed} registered before, ${counts.refused} refused of ${total.lines}.\n`,
    );
    return counts.refused === 0 ? EXIT.done : EXIT.failed;
  },
});

const tell = (call: ManagementCall, result: Json, first: number, counts: Counts): void => {
  if (result['done'] === true) return;
  const line = first + Number(result['line']);
  const isRefused = result['status'] !== 201;
  counts[isRefused ? 'refused' : result['replayed'] ? 'replayed' : 'registered'] += 1;
  if (call.isSet('results')) call.terminal.out(`${JSON.stringify({ ...result, line })}\n`);
  else if (isRefused) call.terminal.err(`line ${line}: ${printable(reasonOf(result))}\n`);
};

const reasonOf = ({ detail, errors }: Json): string => {
  const [first] = Array.isArray(errors) ? (errors as Json[]) : [];
  return first ? `${String(first['pointer'] ?? '')} ${String(first['detail'])}`.trim() : String(detail);
};

const progress = ({ terminal }: ManagementCall, done: number, total: number): void => {
  const percent = Math.floor((done / total) * 100);
  terminal.err(
    terminal.isErrLive ? `\r${done} of ${total} lines, ${percent} %` : `${done} of ${total} lines, ${percent} %\n`,
  );
};

/** Lines that are not empty. Throws CommandError when the file cannot be read. */
const linesOf = async function* (file: string): AsyncGenerator<string> {
  try {
    for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
      if (line.trim() !== '') yield line;
    }
  } catch (cause) {
    throw new CommandError(`The file ${file} cannot be read.`, {
      hint: 'Name a file with one JSON object a line.',
      cause,
    });
  }
};
