/**
 * A tutorial as its reader follows it: files are saved and commands run as the page has them, in the order of the page. Owns the
 * folder, the terminals and the ports. What the reader does in a browser is the business of the test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** The ports of the server, the agent, the API and the app in all tutorials. */
const PORTS = /\b(?:3000|4000|4100|4200)\b/g;

/** A command that goes on while others run. */
export type Terminal = {
  readonly output: () => string;
  /** Resolves to the match when the command has printed it. */
  readonly prints: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly type: (text: string) => void;
  /** Ctrl+D, and the end of the command. */
  readonly end: () => Promise<void>;
  /** Ctrl+C, and the end of the command. */
  readonly interrupt: () => Promise<void>;
};

export type ReadersFolder = {
  /** The text of a page with the ports of this run. */
  readonly here: (text: string) => string;
  readonly save: (path: string, text: string) => void;
  readonly read: (path: string) => string;
  /** Runs the command to its end and resolves to what it printed. Throws an Error when it fails. `beside`: see `Tutorial`. */
  readonly run: (command: string, beside?: string) => Promise<string>;
  readonly start: (command: string, beside?: string) => Terminal;
  readonly remove: () => Promise<void>;
};

/** Links: Node finds the modules that it compiled for other tests. */
const PROGRAM = ['src', 'adapters', 'config', 'views', 'docs/openapi.json', 'node_modules'];
/** Copies: npm and pip write beside what they pack. */
const PACKAGES = ['packages', 'python', 'tsconfig.json'];

/**
 * A folder with the program in it and nothing else, as after a clone and `npm ci`. With `packages`, those of `packages` and
 * `python` are there too. `environment`: more variables of each command.
 */
export const readersFolder = async ({
  packages = false,
  environment: more = {},
}: {
  readonly packages?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
} = {}): Promise<ReadersFolder> => {
  const all = mkdtempSync(join(tmpdir(), 'behalf-tutorial-'));
  const folder = join(all, 'behalf');
  for (const name of PROGRAM) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  for (const name of ['package.json', ...(packages ? PACKAGES : [])]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  const ports = new Map<string, number>();
  for (const port of ['3000', '4000', '4100', '4200']) ports.set(port, await freePort());
  const here = (text: string): string => text.replace(PORTS, (port) => String(ports.get(port)));
  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BEHALF_'))),
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    PORT: here('3000'),
    BEHALF__OPERATIONS__PORT: String(await freePort()),
    BEHALF__DATA__RESERVE_MEBIBYTES: '2',
    ...more,
  };
  const children: ChildProcess[] = [];

  const begin = (command: string, beside: string) => {
    const cwd = join(folder, beside);
    // A group of its own: npm and what it starts end together.
    const child = spawn('sh', ['-e', '-c', command], { cwd, env: environment, detached: true });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    return { child, output: () => output };
  };

  return {
    here,
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    save: (path, text) => writeFileSync(join(folder, path), text),

    async run(command, beside = '.') {
      const { child, output } = begin(command, beside);
      child.stdin.end();
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${output()}`);
      return output();
    },

    start(command, beside = '.') {
      const { child, output } = begin(command, beside);
      const ended = once(child, 'close');
      return {
        output,
        async prints(pattern) {
          const found = () => pattern.exec(output());
          await until(() => found() !== null || child.exitCode !== null, { what: `${pattern}`, seconds: 60 });
          const match = found();
          if (match === null) throw new Error(`${command}\nended without ${pattern}:\n${output()}`);
          return match;
        },
        type: (text) => child.stdin.write(text),
        async end() {
          child.stdin.end();
          await ended;
        },
        async interrupt() {
          process.kill(-Number(child.pid), 'SIGINT');
          await ended;
        },
      };
    },

    async remove() {
      for (const child of children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
        const ended = once(child, 'exit');
        process.kill(-Number(child.pid), 'SIGKILL');
        await ended;
      }
      // Processes of the group may still write while they end.
      rmSync(all, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
};

type Block = { readonly language: string; readonly text: string; readonly file: string | undefined };

/** The fenced blocks of a page, and the file that the sentence before a block names. */
const blocksOf = (page: string): readonly Block[] => {
  const parts = page.split(/^```(\w*)\n([\s\S]*?)^```$/m);
  const blocks: Block[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [before = '', language = '', text = ''] = parts.slice(at, at + 3);
    blocks.push({ language, text, file: before.match(/Save this as `([^`]+)`/)?.[1] });
  }
  return blocks;
};

/** `beside`: the folder in which the reader works, from the folder of the program: `../notes`. */
export type Tutorial = {
  /** Each takes the next block of the page. Throws an Error when the next block is another one. */
  readonly saves: (file: string, beside?: string) => void;
  readonly runs: (part: string, beside?: string) => Promise<string>;
  readonly starts: (part: string, beside?: string) => Terminal;
  readonly skips: (part: string) => void;
  /** The output that the page shows, as a pattern: white space may differ, and … stands for any text. */
  readonly shows: () => RegExp;
  /** Throws an Error when a block was not read. */
  readonly ends: () => void;
};

/** Of a block, by the name of the file that it is saved as. */
const LANGUAGES: Readonly<Record<string, string>> = { '.mjs': 'js', '.ts': 'ts', '.py': 'py' };

/** `name`: of a file of docs/tutorials. */
export const openTutorial = (name: string, folder: ReadersFolder): Tutorial => {
  const blocks = blocksOf(readFileSync(join(ROOT, 'docs/tutorials', name), 'utf8'));
  let read = 0;
  const next = (language: string, part: string): string => {
    const block = blocks[read];
    if (block?.language !== language || !(block.file ?? block.text).includes(part)) {
      throw new Error(`${name}: block ${read + 1} is no ${language || 'output'} with ${part}, but:\n${block?.text}`);
    }
    read += 1;
    return folder.here(block.text);
  };
  return {
    saves: (file, beside = '.') => folder.save(join(beside, file), next(LANGUAGES[extname(file)] ?? '', file)),
    runs: (part, beside) => folder.run(next('sh', part), beside),
    // The packages of the program are installed already.
    starts: (part, beside) => folder.start(next('sh', part).replace('npm ci && ', ''), beside),
    skips: (part) => void next('sh', part),
    shows: () =>
      new RegExp(
        next('', '')
          .trim()
          .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replaceAll('…', '[\\s\\S]*?')
          .replace(/\s+/g, '\\s+'),
      ),
    ends: () => {
      if (read < blocks.length) throw new Error(`${name}: no step of the test reads\n${blocks[read]?.text}`);
    },
  };
};
