/**
 * Loaded before a server (`--import`): answers the names below `stores.test` with this machine, and no name at all
 * while the file in TEST_NAMES_OUT exists, as when the name service is out. Owns nothing else of the network.
 */
import dns, { type LookupOptions } from 'node:dns';
import { existsSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Answered = (error: Error | null, address?: unknown, family?: number) => void;

const { lookup } = dns;
const answer = (name: string, given: LookupOptions | number | Answered, last?: Answered): void => {
  const done = typeof given === 'function' ? given : (last as Answered);
  const options = typeof given === 'object' ? given : {};
  if (existsSync(String(process.env['TEST_NAMES_OUT'])) && !/^[\d.:]+$/.test(name)) {
    const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), {
      code: 'EAI_AGAIN',
      syscall: 'getaddrinfo',
    });
    process.nextTick(done, error);
  } else if (!name.endsWith('.stores.test')) lookup(name, options, done as never);
  else if (options.all) process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }]);
  else process.nextTick(done, null, '127.0.0.1', 4);
};
dns.lookup = answer as unknown as typeof dns.lookup;
syncBuiltinESMExports();
