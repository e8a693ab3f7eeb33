/** The output of `npm start -- --help`: options of the process, then every setting with its variable and default. */
import { SHORT_NAMES, variableOf } from './layers.ts';
import { allSettings, type SettingSchema } from './schema.ts';

const WIDTH = 96;

/** The text, at most 96 columns wide. */
export const serverHelp = (): string =>
  [
    'Runs the Behalf server until it gets SIGTERM or Ctrl+C.',
    '',
    'Usage: npm start -- [--config FILE] [--workers N]      or: behalf serve [--config FILE] [--workers N]',
    '',
    '  --config FILE  JSON file with settings, for example config/examples/production.json',
    '  --workers N    processes that serve, on one listener and one data set; default 1',
    '  --help         this text',
    '',
    'Settings, as environment variables. The file of --config holds the same in JSON: {"listen": {"port": 4000}}.',
    'A variable wins over the file. Names may have underscores: BEHALF__LISTEN__TRUSTED_PROXIES.',
    'A secret may stand in a file: BEHALF__KEYS__MASTERKEY__FILE=/run/secrets/master-key.',
    ...allSettings().flatMap(({ path, schema }) => ['', ...settingLines(path, schema)]),
    '',
    'Documentation: README.md, docs/how-to/operate.md (running it), docs/reference/configuration.md (all settings).',
    'What is in effect: npm run -s behalf -- check-config',
    '',
  ].join('\n');

const settingLines = (path: readonly string[], schema: SettingSchema): readonly string[] => {
  const short = Object.entries(SHORT_NAMES).find(([, of]) => of.join('.') === path.join('.'))?.[0];
  const names = [short, variableOf(path)].filter((name) => name !== undefined).join(', ');
  const facts = [valuesOf(schema), `default: ${defaultOf(schema)}`, ...(schema.secret ? ['secret'] : [])].join('; ');
  return [`  ${names}`, ...wrapped(`${path.join('.')}: ${facts}`), ...wrapped(schema.description)];
};

const valuesOf = (schema: SettingSchema): string => {
  if (schema.enum) return schema.enum.join(', ');
  const unit = schema.unit === undefined || schema.unit === 'port' ? '' : ` ${schema.unit}`;
  if (schema.type === 'integer') return `${schema.minimum} to ${schema.maximum}${unit}`;
  return schema.type === 'array' ? 'list' : schema.type === 'boolean' ? 'true or false' : 'text';
};

const defaultOf = ({ default: value, derivedDefault }: SettingSchema): string => {
  if (value === undefined) return derivedDefault ?? 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'empty' : value.join(', ');
  return String(value);
};

const wrapped = (text: string): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`      ${word}`);
  }
  return lines;
};
