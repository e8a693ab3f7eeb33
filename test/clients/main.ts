/** `npm run test:clients [-- NAME…]`: each stock client against one server, a line each. See docs/how-to/test-stock-clients.md. */
import { authlib } from './authlib.ts';
import type { Check, ClientScript } from './client-script.ts';
import { type Ground, makeGround } from './client-server.ts';
import { go } from './go.ts';
import { goLog } from './go-log.ts';
import { goWitness } from './go-witness.ts';
import { mcpOnBehalf } from './mcp-on-behalf.ts';
import { mcpPython } from './mcp-python.ts';
import { mcpSdk } from './mcp-sdk.ts';
import { modAuthOpenidc } from './mod-auth-openidc.ts';
import { moto } from './moto.ts';
import { oauth4webapi } from './oauth4webapi.ts';
import { oidcAgent } from './oidc-agent.ts';
import { openidClient } from './openid-client.ts';
import { pythonKit } from './python-kit.ts';
import { scittCose } from './scitt-cose.ts';
import { statusList } from './status-list.ts';

const SCRIPTS: readonly ClientScript[] = [
  openidClient,
  oauth4webapi,
  authlib,
  go,
  goLog,
  goWitness,
  mcpSdk,
  mcpOnBehalf,
  mcpPython,
  modAuthOpenidc,
  oidcAgent,
  pythonKit,
  statusList,
  scittCose,
  moto,
];
/** For the checks of one client; installing it has a limit of its own. */
const RUN_WITHIN_MS = 90_000;
const PREPARE_WITHIN_MS = 120_000;

const within = async <T>(what: string, limitMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not done within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

type Result = { readonly passed: number; readonly failures: readonly string[] };

const indented = (text: string): string => text.replace(/^/gm, '    ');

const runOne = async (script: ClientScript, ground: Ground): Promise<Result> => {
  let passed = 0;
  const failures: string[] = [];
  const fail = (name: string, error: unknown): void => {
    const why = error instanceof Error ? error.message : String(error);
    failures.push([`${name}: ${why}`, ...ground.wire.exchanges().map(indented)].join('\n'));
  };
  const check: Check = async (name, run) => {
    try {
      await run();
      passed += 1;
      return true;
    } catch (error) {
      fail(name, error);
      return false;
    } finally {
      ground.wire.forget();
    }
  };
  let version = '';
  ground.wire.forget();
  try {
    version = ` ${await within('installing', PREPARE_WITHIN_MS, script.prepare())}`;
    await within('the checks', RUN_WITHIN_MS, script.run(ground, check));
  } catch (error) {
    fail('script', error);
  }
  if (passed === 0 && failures.length === 0) failures.push('it checked nothing');
  const counted = [`${passed} passed`, ...(failures.length === 0 ? [] : [`${failures.length} FAILED`])].join(', ');
  console.log(`${script.name}${version}: ${counted}`);
  for (const failure of failures) console.log(`  FAILED ${failure}`);
  return { passed, failures };
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !SCRIPTS.some((script) => script.name === name));
if (unknown.length > 0) {
  console.error(`no client ${unknown.join(', ')}; there are ${SCRIPTS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const ground = await makeGround();
let passed = 0;
let failed = 0;
try {
  for (const script of SCRIPTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const result = await runOne(script, ground);
    passed += result.passed;
    failed += result.failures.length;
  }
} finally {
  await ground.remove();
}
console.log(`${passed} passed, ${failed} failed`);
// A client past its limit may still wait for something; its processes end with this one.
process.exit(failed === 0 ? 0 : 1);
