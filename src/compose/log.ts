/** The log of a process, in the format that the settings and the terminal ask for. */
import { type Logger, pino } from 'pino';
import { terminalLines } from '../../adapters/node/terminal-lines.ts';
import type { Configuration } from '../../config/configuration.ts';

/** JSON, one object on each line. Readable lines on a terminal, or if `log.format` asks for them. */
export const logOf = ({ log }: Configuration): Logger => {
  const options = { level: log.level, base: null };
  const isText = log.format === 'text' || (log.format === 'auto' && process.stdout.isTTY === true);
  return isText ? pino(options, terminalLines(process.stdout)) : pino(options);
};
