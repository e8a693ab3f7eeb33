/** A real rsyslog (Debian's) that takes messages over TLS (RFC 5425) and writes what it received into a file. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { LocalAuthority } from './local-authority.ts';
import { isOpen } from './open-port.ts';
import { endWithUs } from './server-process.ts';
import { until } from './until.ts';

const PROGRAM = process.env['RSYSLOGD'] ?? '/usr/sbin/rsyslogd';
const DRIVER = '/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so';

/** Whether rsyslog and its driver for TLS are installed (`rsyslog` and `rsyslog-openssl`). */
export const hasRsyslog = (): boolean =>
  spawnSync(PROGRAM, ['-v']).status === 0 && (existsSync(DRIVER) || existsSync(DRIVER.replace('x86_64', 'aarch64')));

export const rsyslog = async (authority: LocalAuthority) => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-rsyslog-'));
  const at = (name: string): string => join(folder, name);
  const port = await freePort();
  const { cert, key } = await authority.certificateFor('DNS:localhost,IP:127.0.0.1');
  await writeFile(at('cert.pem'), cert);
  await writeFile(at('key.pem'), key, { mode: 0o600 });
  await writeFile(
    at('rsyslog.conf'),
    `
global(workDirectory="${folder}" maxMessageSize="256k" defaultNetstreamDriver="ossl"
       defaultNetstreamDriverCAFile="${authority.caFile}"
       defaultNetstreamDriverCertFile="${at('cert.pem')}" defaultNetstreamDriverKeyFile="${at('key.pem')}")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="received" type="string" string="%pri% %timestamp:::date-rfc3339% %hostname% %app-name% %msgid% %msg%\\n")
input(type="imtcp" port="${port}" address="127.0.0.1")
action(type="omfile" file="${at('received')}" template="received")
`,
  );
  const start = async (): Promise<ChildProcess> => {
    const child = endWithUs(
      spawn(PROGRAM, ['-n', '-i', at('pid'), '-f', at('rsyslog.conf')], { stdio: ['ignore', 'ignore', 'pipe'] }),
    );
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await until(() => child.exitCode !== null || isOpen(port), { what: 'rsyslog' });
    if (child.exitCode !== null) throw new Error(`rsyslog ended: ${said}`);
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  let running: ChildProcess | undefined = await start();
  return {
    /** `host:port` */
    address: `localhost:${port}`,
    /** Priority, time, host, application, message id and message of each message, in the order of arrival. */
    async received(): Promise<readonly string[]> {
      const text = await readFile(at('received'), 'utf8').catch(() => '');
      return text.split('\n').slice(0, -1);
    },
    async stop(): Promise<void> {
      if (running) await end(running);
      running = undefined;
    },
    async start(): Promise<void> {
      running ??= await start();
    },
    async close(): Promise<void> {
      if (running) await end(running);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
