/** The log of a process, in the form that the settings and the terminal ask for. */
import { type Logger, pino } from 'pino';
import { terminalLines } from '../../adapters/node/terminal-lines.ts';
import type { Configuration } from '../../config/configuration.ts';

/** JSON, one object a line; readable lines on a terminal, or where `log.format` says so. */
export const logOf = ({ log }: Configuration): Logger => {
  const options = { level: log.level, base: null };
  const isText = log.format === 'text' || (log.format === 'auto' && process.stdout.isTTY === true);
  return isText ? pino(options, terminalLines(process.stdout)) : pino(options);
};
