/** docs/reference/configuration.md, out of the schema of the settings. */
import { SHORT_NAMES, variableOf } from '../../../config/layers.ts';
import { CONFIGURATION_SCHEMA, type SettingSchema } from '../../../config/schema.ts';

const INTRODUCTION = `<!-- Generated from config/schema.ts by \`npm run generate\`. Do not edit. -->

# Configuration

For operators. After this you know each setting, its default and its environment variable.

This page lists every setting. \`behalf check-config\` shows the values in effect.

Values come from three places. A later place overrides an earlier one:

1. the defaults below;
2. a JSON file named by \`--config FILE\`, for example \`config/examples/production.json\`;
3. environment variables: \`BEHALF__SECTION__NAME\`, in upper or lower case, with or without underscores inside a name
   (\`BEHALF__TOKENS__ACCESS_TOKEN_TTL_SECONDS\`). Write numbers, \`true\`, \`false\` and lists as in JSON; a list may also be
   separated by commas. The server ignores an empty variable.

Some settings also have a short variable. The long variable overrides it:

`;

const REFERENCES = `
## Secrets

Give a secret as \`{ "file": "/run/secrets/name" }\` or \`{ "env": "NAME" }\`. In variables it can also be
\`BEHALF__KEYS__MASTERKEY__FILE=/run/secrets/name\`. The server ignores a line end after the secret. In production it refuses a secret
as plain text in the configuration file.

## Production

With an https issuer the server is in production. It then does not start with

- a memory store,
- no \`keys.masterKey\`, or a secret as plain text in the configuration file,
- plain HTTP on an address that other machines reach, unless \`listen.trustedProxies\` names the proxy that terminates TLS,
- an Argon2 setting weaker than OWASP recommends,
- no \`administrator.password\` at first start.

With an http issuer the server is in development. An http issuer is allowed on localhost, 127.0.0.0/8 and [::1] only.

If the configuration has problems, the server prints all of them at once and exits with code 78. Each has its place and what to do.
`;

const settingsOf = (section: SettingSchema, path: readonly string[]): readonly string[] =>
  Object.entries(section.properties ?? {}).flatMap(([name, schema]) =>
    schema.properties ? settingsOf(schema, [...path, name]) : [rowOf([...path, name], schema)],
  );

const rowOf = (path: readonly string[], schema: SettingSchema): string =>
  `| \`${path.join('.')}\` | ${typeOf(schema)} | ${defaultOf(schema)} | ${sentenceOf(schema)} |`;

const sentenceOf = ({ description, secret }: SettingSchema): string =>
  `${description}${secret ? ' Secret.' : ''}`.replaceAll('|', '\\|');

const typeOf = (schema: SettingSchema): string => {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(' ');
  const unit = schema.unit === undefined || schema.unit === 'port' ? '' : ` ${schema.unit}`;
  if (schema.type === 'integer') return `${schema.minimum}…${schema.maximum}${unit}`;
  return schema.type === 'array' ? 'list of texts' : schema.type === 'boolean' ? 'true or false' : 'text';
};

const defaultOf = (schema: SettingSchema): string => {
  if (schema.default !== undefined) return `\`${JSON.stringify(schema.default)}\``;
  return schema.derivedDefault ?? 'none';
};

const HEAD = ['| setting | values | default | meaning |', '|---|---|---|---|'];

const sectionOf = (name: string, schema: SettingSchema): string =>
  [
    `## ${name}`,
    '',
    schema.description,
    '',
    ...HEAD,
    ...settingsOf(schema, [name]),
    ...Object.entries(schema.properties ?? {})
      .filter(([, below]) => below.properties)
      .flatMap(([below, { description }]) => [
        '',
        `\`${name}.${below}\`: ${description} Give the whole section or leave it out.`,
      ]),
  ].join('\n');

const page = {
  path: 'docs/reference/configuration.md',
  render: (): string => {
    const all: readonly (readonly [string, SettingSchema])[] = Object.entries(CONFIGURATION_SCHEMA.properties ?? {});
    const top = all.filter(([, schema]) => !schema.properties).map(([name, schema]) => rowOf([name], schema));
    const short = Object.entries(SHORT_NAMES).map(
      ([name, path]) => `| \`${name}\` | \`${variableOf(path)}\` | \`${path.join('.')}\` |`,
    );
    const parts = [
      `${INTRODUCTION}| short | long | setting |\n|---|---|---|\n${short.join('\n')}`,
      REFERENCES.trim(),
      ['## Top level', '', ...HEAD, ...top].join('\n'),
      ...all.filter(([, schema]) => schema.properties).map(([name, schema]) => sectionOf(name, schema)),
    ];
    return `${parts.join('\n\n')}\n`;
  },
};

export default page;
