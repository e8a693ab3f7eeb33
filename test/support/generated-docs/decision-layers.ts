import { DECISION_LAYERS, LAYERS } from '../../../src/domain/authority/decision/layers.ts';
import { type Cell, ROUTE_LAYERS, ROUTES } from '../../../src/domain/authority/decision/routes.ts';
import { REGISTRATION_WAYS, type RegistrationWay } from '../../../src/domain/authority/decision/server-use-question.ts';
import { routeEntries } from '../../../src/http/management/resource-table.ts';

/** The text of docs/reference/decision-layers.md. */
export const decisionLayersPage = (): string => {
  const head = `| Route | ${DECISION_LAYERS.map((layer) => `\`${layer}\``).join(' | ')} |`;
  const rule = `|---|${DECISION_LAYERS.map(() => '---').join('|')}|`;
  const rows = ROUTES.map((route) => {
    const cells = DECISION_LAYERS.map((layer) => wordsOf(ROUTE_LAYERS[route][layer]));
    return `| \`${route}\` | ${cells.join(' | ')} |`;
  });
  return `${[INTRODUCTION, [head, rule, ...rows].join('\n'), PERMITS, WAYS, CALLS].join('\n\n')}\n`;
};

const wordsOf = (cell: Cell): string => {
  if (cell === 'counts') return '**applies**';
  return 'if' in cell ? `**applies** if ${cell.when.text}` : `– ${cell.not.text}`;
};

const INTRODUCTION = `<!-- Generated from src/domain/authority/decision/{layers,routes}.ts and src/http/management/resources/ by \`npm run generate\`. Do not edit. -->

# Layers of a decision

For developers and administrators. After this you know each layer of a decision and what it can refuse.

All code that gives or confirms authority calls one function, \`authorize\`: the grants, consent, introspection,
questions of resource servers. Each layer below only narrows the request; the server grants what all layers leave. The server
uses this same table. A test turns off each cell that applies, and checks that the server then grants the scope it refused before.`;

const PERMITS = `| Layer | What it permits |
|---|---|
${DECISION_LAYERS.map((layer) => `| \`${layer}\` | ${LAYERS[layer].permits} |`).join('\n')}

The resource server comes before all layers: the server grants only what the resource server declares. A denial names the layer that
is easiest to lift (\`denial.layer\`). The audit event of a decision has what each layer permitted.`;

/** A way that is missing does not compile. */
const OF_WAYS: Readonly<Record<RegistrationWay, readonly [where: string, principal: string]>> = {
  management: ['management API one by one or in bulk, console, command line', 'the calling `Account` or `Client`'],
  token: ['`POST /reg` with an initial access token', 'a `Registration`, in the owner to which the token is bound'],
  statement: [
    '`POST /reg` with a software statement alone',
    'a `Registration` named after the issuer of the statement',
  ],
  open: ['`POST /reg` with neither, if open registration is switched on', 'the `Registration` `open`'],
  document: ['an authorization that starts with a client id metadata document', 'the `Client` itself'],
  itself: [
    '`PUT /reg/…` with the token of the registration',
    'a `Registration`, in the owner of the changed client or agent',
  ],
  directory: ['`POST /scim/v2/Agents`', 'a `Registration` named after the directory, in the owner of the agent'],
};

const WAYS = `## Who registers

The server evaluates policies for \`register\` before it registers an agent or client, over every channel. It evaluates them again
before a change of owner, blueprint, environment, role or kind of credential. The registries do this themselves, so that no channel
can skip it.

| \`context.via\` | where | principal |
|---|---|---|
${REGISTRATION_WAYS.map((way) => `| \`${way}\` | ${OF_WAYS[way].join(' | ')} |`).join('\n')}`;

const CALLS = `## Who administers

After roles and ownership, the server evaluates policies for \`administer\` on each call of the management API, unless the table says
why not. Each button and form of the console is such a call. An agent that calls about itself, where that is possible, does not
administer: \`act\` decided on its token.

| \`context.operation\` | call | action in policies |
|---|---|---|
${routeEntries()
  .map(([operation, { method, path, policy, self }]) => {
    const asked = typeof policy === 'string' ? `**${policy}**` : `– ${policy.not}`;
    return `| \`${operation}\` | \`${method} ${path}\` | ${asked}${policy === 'administer' && self ? ', but not of the agent itself' : ''} |`;
  })
  .join('\n')}`;

const page = { path: 'docs/reference/decision-layers.md', render: decisionLayersPage };

export default page;
