/** The settings of the server, for commands that run on its machine. */
import type { Configuration } from '../../config/configuration.ts';
import { type Loaded, type LoadOptions, loadConfiguration } from '../../config/load.ts';
import type { Call, Option } from './command.ts';

export const SETTINGS = {
  config: { value: 'FILE', description: 'Configuration file of the server.' },
  data: { value: 'FOLDER', description: 'Data folder of the server. Overrides the setting.' },
} as const satisfies Record<string, Option>;

/** The settings with which the server would start. Throws ConfigurationError with all problems. */
export const loadedSettings = (call: Call): Loaded => loadConfiguration(optionsOf(call));

/**
 * Settings for commands that work on the database. They need no password of a first administrator. Throws ConfigurationError.
 */
export const settings = (call: Call): Configuration =>
  loadConfiguration({ ...optionsOf(call), isFirstStart: false }).configuration;

const optionsOf = (call: Call): LoadOptions => {
  const config = call.text('config');
  const data = call.text('data');
  return {
    argv: config === undefined ? [] : ['--config', config],
    env: data === undefined ? call.env : { ...call.env, BEHALF_DATA: data, BEHALF__DATA__FOLDER: undefined },
  };
};
