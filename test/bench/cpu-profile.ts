/** A CPU profile of a server in another process, by its debugger on loopback (Chrome DevTools Protocol), for one case only. */
import { once } from 'node:events';

/** As `node --cpu-prof` writes it. */
export type CpuProfile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds between samples. */
  readonly timeDeltas: readonly number[];
};

const INTERVAL_MICROS = 250;
const WITHIN_MS = 30_000;

export interface Profiler {
  start(): Promise<void>;
  stop(): Promise<CpuProfile>;
  close(): void;
}

/** `port`: of a process that was started with `--inspect=127.0.0.1:PORT`. */
export const profilerAt = async (port: number): Promise<Profiler> => {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    readonly webSocketDebuggerUrl: string;
  }[];
  if (!target) throw new Error(`there is no debugger at port ${port}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, 'open');
  let last = 0;
  const call = (method: string, params: object = {}): Promise<{ readonly profile?: CpuProfile }> =>
    new Promise((resolve, reject) => {
      last += 1;
      const id = last;
      const timer = setTimeout(() => reject(new Error(`${method} was not answered`)), WITHIN_MS);
      const heard = ({ data }: MessageEvent): void => {
        const answer = JSON.parse(String(data)) as { id?: number; result?: object; error?: { message: string } };
        if (answer.id !== id) return;
        clearTimeout(timer);
        socket.removeEventListener('message', heard);
        if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
        else resolve(answer.result ?? {});
      };
      socket.addEventListener('message', heard);
      socket.send(JSON.stringify({ id, method, params }));
    });
  await call('Profiler.enable');
  await call('Profiler.setSamplingInterval', { interval: INTERVAL_MICROS });
  return {
    async start() {
      await call('Profiler.start');
    },
    async stop() {
      const { profile } = await call('Profiler.stop');
      if (!profile) throw new Error('the debugger gave no profile');
      return profile;
    },
    close: () => socket.close(),
  };
};
