/** Opens an address in the browser of this user. */
import { spawn } from 'node:child_process';

const COMMANDS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Without a shell, so that no character of the address is a command. Does nothing where there is no browser. */
export const openBrowser = (url: string): void => {
  const [command, ...before] = COMMANDS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...before, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
};
