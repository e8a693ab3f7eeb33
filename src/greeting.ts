/** The output of a start that serves. Called by main.ts. */
import type { Configuration } from '../config/configuration.ts';
import type { FirstStart } from './first-start.ts';

const RESET = 'npm run -s behalf -- accounts reset-password';

type Output = { readonly isTTY?: boolean };

/** Says where the server listens, how to sign in and what to try. On a terminal it frames a generated password. */
export const greeting = (
  { issuer, data, stores }: Configuration,
  { administrator, generatedPassword }: FirstStart,
  { isTTY = false }: Output,
): string => {
  const password = generatedPassword === undefined ? 'with its password' : `password ${generatedPassword} (shown once)`;
  const isFramed = isTTY && generatedPassword !== undefined;
  return [
    `Behalf serves at ${issuer}`,
    ...(isFramed
      ? framed([
          `sign in at  ${issuer}/account`,
          `username    ${administrator}`,
          `password    ${generatedPassword}`,
          '',
          'The password is shown once. Copy it now.',
        ])
      : [`  sign in     ${issuer}/account as ${administrator}, ${password}`]),
    // The command works on the SQLite file.
    ...(stores.document === 'sqlite' ? [`  forgotten   ${RESET} ${administrator}`] : []),
    `  discovery   ${issuer}/.well-known/openid-configuration`,
    `  data        ${data.folder}`,
    '  try next    npm run -s behalf -- init',
    '',
    ...(isTTY ? [''] : []),
  ].join('\n');
};

/** For a start that created an account and failed before it showed the password. */
export const lostPassword = (administrator: string): string =>
  `The account ${administrator} was made, and its password was not shown. Set one: ${RESET} ${administrator}`;

const framed = (lines: readonly string[]): readonly string[] => {
  const width = Math.max(...lines.map((line) => line.length));
  const edge = '─'.repeat(width + 4);
  return ['', `  ┌${edge}┐`, ...lines.map((line) => `  │  ${line.padEnd(width)}  │`), `  └${edge}┘`, ''];
};
