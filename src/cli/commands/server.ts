/** `behalf serve` and `behalf check-config`. */
import { keepCompiled } from '../../../adapters/node/compiled-modules.ts';
import { resolveOwnModules } from '../../../adapters/node/own-modules.ts';
import { earlyDataFolder } from '../../../config/early-data-folder.ts';
import { type ShownSetting, type Source, withoutSecrets } from '../../../config/load.ts';
import { isProduction } from '../../../config/production-rules.ts';
import { type Command, EXIT } from '../command.ts';
import { lookOn } from '../look.ts';
import { loadedSettings, SETTINGS } from '../settings.ts';
import { type Column, jsonText, table } from '../table.ts';

const serve: Command = {
  words: ['serve'],
  operands: [],
  summary: 'Run the server until it receives a stop signal.',
  options: {
    config: SETTINGS.config,
    workers: { value: 'N', description: 'Number of server processes, on one listener and one data set. Default 1.' },
  },
  notes:
    'All settings: `npm start -- --help`, and docs/reference/configuration.md. On SIGTERM and SIGINT the server finishes its requests and stops. With workers, SIGUSR2 replaces them one after the other.',
  run: async (call) => {
    const [config, workers] = [call.text('config'), call.text('workers')];
    const argv = [
      ...(config === undefined ? [] : ['--config', config]),
      ...(workers === undefined ? [] : ['--workers', workers]),
    ];
    keepCompiled(earlyDataFolder(argv));
    resolveOwnModules();
    // Loaded on demand: no other command needs oidc-provider, which takes most of the time of a start.
    const { serve: run } = await import('../../serve.ts');
    return run(argv);
  },
};

const checkConfig: Command = {
  words: ['check-config'],
  operands: [],
  summary: 'Check the settings and print the effective settings, or every problem.',
  options: { ...SETTINGS, json: { description: 'Print JSON instead of a table.' } },
  notes: 'Exit code 0 when the server would start with the settings, 78 when not. Secrets are never printed.',
  run: async (call) => {
    const loaded = loadedSettings(call);
    const settings = withoutSecrets(loaded);
    if (call.isSet('json'))
      call.terminal.out(jsonText(Object.fromEntries(settings.map(({ pointer, value }) => [pointer, value]))));
    else call.terminal.out(table(COLUMNS, settings, lookOn(call.terminal, { now: 0, isExact: true })));
    call.terminal.err(
      `The settings are in order; this is ${isProduction(loaded.configuration) ? 'production' : 'development'}.\n`,
    );
    return EXIT.done;
  },
};

const COLUMNS: readonly Column<ShownSetting>[] = [
  { title: 'SETTING', value: ({ pointer }) => pointer.slice(1).replaceAll('/', '.') },
  { title: 'VALUE', value: ({ value }) => value },
  { title: 'FROM', value: ({ source }) => sourceText(source) },
];

const sourceText = (source: Source): string => ('name' in source ? source.name : source.kind);

export const serveCommands: readonly Command[] = [serve];
export const checkConfigCommands: readonly Command[] = [checkConfig];
