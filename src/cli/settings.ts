/** The settings of the server, for commands that run on its machine. */
import type { Configuration } from '../../config/configuration.ts';
import { type Loaded, loadConfiguration } from '../../config/load.ts';
import type { Call, Option } from './command.ts';

export const SETTINGS = {
  config: { value: 'FILE', description: 'Configuration file the server runs with.' },
  data: { value: 'FOLDER', description: 'Data folder of the server, in place of the one in the settings.' },
} as const satisfies Record<string, Option>;

/** Throws ConfigurationError with all problems. */
export const loadedSettings = (call: Call): Loaded => {
  const config = call.text('config');
  const data = call.text('data');
  return loadConfiguration({
    argv: config === undefined ? [] : ['--config', config],
    env: data === undefined ? call.env : { ...call.env, BEHALF_DATA: data, BEHALF__DATA__FOLDER: undefined },
  });
};

export const settings = (call: Call): Configuration => loadedSettings(call).configuration;
