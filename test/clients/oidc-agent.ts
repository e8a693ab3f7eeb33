/** oidc-agent from Debian: an agent with a socket of its own, and the commands of the guide, run without a terminal. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { access, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endWithUs } from '../support/server-process.ts';
import { type Check, type ClientScript, expectSame } from './client-script.ts';
import type { Ground } from './client-server.ts';
import { commandIn, filledIn, guideBlocks } from './guide.ts';

const run = promisify(execFile);
/** In place of the answers of a person at a terminal. */
const UNATTENDED = ['--pw-env', '--confirm-yes', '--prompt=none', '--no-url-call'];
/** The person copies the address that the browser was sent to: no listener of oidc-agent, which would be on all interfaces. */
const COPIED = ['--no-webserver', '--no-scheme'];
const READY_WITHIN_MS = 10_000;

type Agent = Awaited<ReturnType<typeof startAgent>>;

const startAgent = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-oidc-agent-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, 'socket');
  const env = {
    ...process.env,
    HOME: folder,
    OIDC_CONFIG_DIR: folder,
    OIDC_SOCK: socket,
    OIDC_ENCRYPTION_PW: 'a password of this test',
  };
  const agent = endWithUs(spawn('oidc-agent', ['--console', `--socket-path=${socket}`], { env, stdio: 'ignore' }));
  const ended = once(agent, 'exit');
  for (const end = performance.now() + READY_WITHIN_MS; ; await setTimeout(20)) {
    if (
      await access(socket).then(
        () => true,
        () => false,
      )
    )
      break;
    if (agent.exitCode !== null || performance.now() > end) throw new Error('oidc-agent does not listen');
  }
  return {
    /** What a command prints; throws with it when the command fails. */
    async answer(command: string, ...parameters: readonly string[]): Promise<string> {
      return (await run(command, [...parameters], { env })).stdout.trim();
    },
    /** `oidc-gen …` to its end; `onLine` hears each line as it comes. Throws with all of them when it fails. */
    async generate(parameters: readonly string[], onLine: (line: string) => Promise<void>): Promise<void> {
      const command = ['oidc-gen "$@" 2>&1', 'oidc-gen', ...parameters, ...UNATTENDED];
      const child = endWithUs(spawn('bash', ['-c', ...command], { env, stdio: ['ignore', 'pipe', 'inherit'] }));
      const closed = once(child, 'close');
      const said: string[] = [];
      for await (const line of createInterface({ input: child.stdout })) {
        said.push(line);
        await onLine(line);
      }
      const [code] = await closed;
      if (code !== 0) throw new Error(`oidc-gen ended with ${code}: ${said.join('\n').slice(-2000)}`);
    },
    async stop(): Promise<void> {
      agent.kill('SIGTERM');
      await ended;
    },
  };
};

/** Ada enters the code that oidc-gen shows. */
const byDevice = (ground: Ground, agent: Agent, parameters: readonly string[]): Promise<void> =>
  agent.generate(parameters, async (line) => {
    const [, code] = /enter the code: (\S+)/.exec(line) ?? [];
    if (code !== undefined) await ground.allowAt(`${ground.issuer}/device?user_code=${code}`);
  });

/** Ada opens the address that oidc-gen shows, and hands it the one that her browser is sent to. */
const byCode = (ground: Ground, agent: Agent, parameters: readonly string[]): Promise<void> =>
  agent.generate([...parameters, ...COPIED], async (line) => {
    if (!line.startsWith(`${ground.issuer}/auth?`)) return;
    const landed = await ground.signIn(line.trim());
    await agent.answer('oidc-gen', `--codeExchange=${landed}`, ...UNATTENDED);
  });

const subjectOf = async (ground: Ground, token: string): Promise<unknown> => {
  const answer = await fetch(`${ground.issuer}/me`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { readonly sub?: string }).sub ?? answer.status;
};

/** Uses the token of an account, has it refreshed, and deletes the account, which ends its tokens. */
const useAndDelete = async (ground: Ground, agent: Agent, account: string): Promise<void> => {
  const token = await agent.answer('oidc-token', account);
  expectSame('the token is for', await subjectOf(ground, token), ground.accountId);
  const next = await agent.answer('oidc-token', '--force-new', account);
  if (next === token) throw new Error('the token was not refreshed');
  expectSame('the refreshed token is for', await subjectOf(ground, next), ground.accountId);
  await agent.answer('oidc-gen', '--delete', account, ...UNATTENDED);
  expectSame('userinfo after the account is deleted', await subjectOf(ground, next), 401);
};

const checks = async (ground: Ground, check: Check): Promise<void> => {
  const texts = (await guideBlocks('oidc-agent')).map(({ text }) => text);
  const [register = '', code = '', device = '', registering = ''] = texts;
  const made = await ground.behalf(...commandIn(register, 'behalf'));
  const values = { ISSUER: ground.issuer, CLIENT_ID: String(made['id']) };
  const agent = await startAgent();
  const generated = (text: string, examples: Readonly<Record<string, string>>, account: string): readonly string[] => {
    const [, ...parameters] = commandIn(filledIn(text, examples), 'oidc-gen');
    return [account, ...parameters];
  };
  try {
    await check('code flow of a public client, refresh, revocation', async () => {
      await byCode(ground, agent, generated(code, values, 'by-code'));
      await useAndDelete(ground, agent, 'by-code');
    });
    await check('device flow of a public client, refresh, revocation', async () => {
      await byDevice(ground, agent, generated(device, values, 'by-device'));
      await useAndDelete(ground, agent, 'by-device');
    });
    await check('registers itself, device flow, refresh, revocation', async () => {
      await byDevice(ground, agent, generated(registering, { ISSUER: ground.issuer }, 'registered'));
      await useAndDelete(ground, agent, 'registered');
    });
  } finally {
    await agent.stop();
  }
};

export const oidcAgent: ClientScript = {
  name: 'oidc-agent',
  async prepare() {
    const { stdout } = await run('oidc-agent', ['--version']);
    return /(\d+\.\d[\w.]*)/.exec(stdout)?.[1] ?? '';
  },
  run: checks,
};
