/**
 * A client that is a program of another language. It writes one JSON object a line: `{"open": URL}` asks the person's browser
 * to go there and is answered with one line, the address that the browser was sent to; `{"visit": URL}` asks a real browser to go
 * there and on to the program, and is answered with the text of the last page; `{"passed": NAME}` and
 * `{"failed": NAME, "why": TEXT}` tell a check's end.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { endWithUs } from '../support/server-process.ts';
import type { Check } from './client-script.ts';
import type { Ground } from './client-server.ts';

type Line = {
  readonly open?: string;
  readonly visit?: string;
  readonly passed?: string;
  readonly failed?: string;
  readonly why?: string;
};

/**
 * Runs it to its end; throws when it does not end with 0. `settings` are its environment, beside ours. `visit` is the browser for lines
 * of that name.
 */
export const runProgram = async (
  ground: Ground,
  check: Check,
  command: readonly [string, ...string[]],
  settings: Readonly<Record<string, string>>,
  visit: (url: string) => Promise<string> = async () => 'no browser',
): Promise<void> => {
  const [file, ...parameters] = command;
  const env = { ...process.env, ...settings };
  const child = endWithUs(spawn(file, parameters, { env, stdio: ['pipe', 'pipe', 'pipe'] }));
  const ended = once(child, 'close');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-3000);
  });
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line;
    if (line.open !== undefined)
      child.stdin.write(`${await ground.signIn(line.open).catch((error: Error) => error.message)}\n`);
    else if (line.visit !== undefined)
      child.stdin.write(`${(await visit(line.visit).catch((error: Error) => error.message)).replace(/\s+/g, ' ')}\n`);
    else
      await check(line.passed ?? line.failed ?? text, async () => {
        if (line.failed !== undefined) throw new Error(line.why);
      });
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`it ended with ${code}: ${said}`);
};
