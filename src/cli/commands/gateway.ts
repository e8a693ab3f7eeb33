/** `behalf gateway`. */
import { systemClock } from '../../../adapters/node/clock.ts';
import { type Command, EXIT } from '../command.ts';

const gateway: Command = {
  words: ['gateway'],
  operands: [],
  summary: 'Run a reverse proxy that protects an API or MCP server which cannot be changed.',
  options: {
    config: { value: 'FILE', description: 'Configuration file, JSON.', isRequired: true },
    check: { description: 'Check the file and exit.' },
  },
  notes:
    'All settings: docs/reference/gateway.md. Exit code 78 when the file is wrong. The log is one JSON object a line. On SIGTERM and SIGINT the gateway finishes its requests and stops.',
  run: async (call) => {
    const { loadGatewayConfiguration } = await import('../../gateway/configuration/load.ts');
    const { createGateway } = await import('../../gateway/gateway.ts');
    const { stopSignal } = await import('../../stop-signals.ts');
    const configuration = loadGatewayConfiguration(call.required('config'));
    const { logLines } = await import('../../gateway/log-lines.ts');
    const { add: log, flush } = logLines(call.terminal.out, systemClock.nowMillis);
    const running = createGateway(configuration, { log, nowMillis: systemClock.nowMillis });
    if (call.isSet('check')) {
      await running.close();
      call.terminal.err('The configuration is in order.\n');
      return EXIT.done;
    }
    const stopping = stopSignal();
    const { port, healthPort, decisionPort } = await running.listen();
    log({
      event: 'listening',
      host: configuration.listen.host,
      port,
      healthPort,
      decisionPort,
      decisionSocket: configuration.decisions?.socket,
      upstream: configuration.upstream.url,
    });
    await stopping;
    log({ event: 'stopping' });
    await running.close();
    flush();
    return EXIT.done;
  },
};

export const gatewayCommands: readonly Command[] = [gateway];
