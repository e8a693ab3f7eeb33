/** Texts of `behalf help TOPIC` that are about no single command. */
import { EXIT } from './command.ts';

type Line = readonly [name: string, text: string];

/** By topic: its title and its lines. */
export const HELP_TEXTS: Readonly<Record<string, { readonly title: string; readonly lines: readonly Line[] }>> = {
  environment: {
    title: 'Environment variables that commands read',
    lines: [
      ['BEHALF_DATA', 'Data folder of the server, for its key files; or BEHALF__DATA__FOLDER. Default: ./data.'],
      ['BEHALF__…', 'Settings of the server, for commands that run on its machine: docs/reference/configuration.md.'],
      ['BEHALF_CONTEXT', 'Context to use, as --context.'],
      ['BEHALF_CONTEXTS', 'Folder of the contexts. Default: behalf in XDG_CONFIG_HOME, else in ~/.config.'],
      ['NO_COLOR', 'Any value turns colors off.'],
      ['FORCE_COLOR', '1 turns colors on, also for a pipe; 0 turns them off. It goes before NO_COLOR.'],
      [
        'AWS_…',
        'For an archive in S3: ACCESS_KEY_ID and SECRET_ACCESS_KEY; if needed SESSION_TOKEN, REGION and ENDPOINT_URL.',
      ],
      ['NODE_EXTRA_CA_CERTS', 'File with certificates of an authority of your own.'],
    ],
  },
  'exit-codes': {
    title: 'Exit codes',
    lines: [
      [String(EXIT.done), 'done'],
      [String(EXIT.failed), 'refused, or failed; with several objects: at least one was not done'],
      [String(EXIT.usage), 'wrong usage, or a confirmation is missing'],
      [String(EXIT.denied), 'the simulated request would be refused'],
      [String(EXIT.configuration), 'the settings of the server are wrong'],
    ],
  },
};
