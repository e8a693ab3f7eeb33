/** `behalf witness`. */
import { systemClock } from '../../../adapters/node/clock.ts';
import { type Command, EXIT } from '../command.ts';

const witness: Command = {
  words: ['witness'],
  operands: [],
  summary: 'Run a witness that cosigns checkpoints of transparency logs (C2SP tlog-witness).',
  options: {
    config: { value: 'FILE', description: 'Configuration file, JSON.', isRequired: true },
    check: { description: 'Check the file, print the verifier key and exit. Creates the key of a new witness.' },
  },
  notes:
    'Members of the file: name (of the key, a URL without a scheme), folder (for key and state), listen (host, port, tls), logs (a list of objects with the verifier key of a log as key). Exit code 78 when the file is wrong. The log is one JSON object a line. Never restore the folder from a backup: begin a new witness instead.',
  run: async (call) => {
    const { loadWitnessConfiguration } = await import('../../witness/configuration.ts');
    const { witnessServer } = await import('../../witness/witness-server.ts');
    const { stopSignal } = await import('../../stop-signals.ts');
    const { logLines } = await import('../../gateway/log-lines.ts');
    const configuration = loadWitnessConfiguration(call.required('config'));
    const { add: log, flush } = logLines(call.terminal.out, systemClock.nowMillis);
    const running = witnessServer(configuration, { clock: systemClock, log });
    const { verifierKey } = running;
    if (call.isSet('check')) {
      call.terminal.out(`${verifierKey}\n`);
      return EXIT.done;
    }
    const stopping = stopSignal();
    const port = await running.listen();
    const { host } = configuration.listen;
    log({ event: 'listening', host, port, verifierKey, logs: configuration.logs.size });
    await stopping;
    log({ event: 'stopping' });
    await running.close();
    flush();
    return EXIT.done;
  },
};

export const witnessCommands: readonly Command[] = [witness];
