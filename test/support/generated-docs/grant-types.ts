import {
  DECLARED_GRANT_TYPES,
  type DeclaredGrantType,
  GRANT_TYPE_NAMES,
  type PersonPart,
  type Registrant,
} from '../../../src/domain/clients/clients/grant-types.ts';

const REGISTRANTS: Readonly<Record<Registrant, string>> = {
  agent: 'agents',
  client: 'clients',
  document: 'metadata documents',
};

const PARTS: Readonly<Record<PersonPart, string>> = {
  none: 'the caller acts for itself',
  of_grant: 'the person allowed it to the client',
  of_delegation: 'a delegation or an approval rests on the person',
  elsewhere: 'another server asserts who the person is',
};

const row = ({ grantType, specification, handledBy, registrants, signsIn, ...declared }: DeclaredGrantType): string =>
  [
    `\`${grantType}\``,
    specification,
    registrants.map((registrant) => REGISTRANTS[registrant]).join(', '),
    declared.notForPublicClients === undefined && registrants.some((registrant) => registrant !== 'agent')
      ? 'yes'
      : 'no',
    signsIn ? 'yes' : 'no',
    Object.entries(declared.routes)
      .map(([route, part]) => `\`${route}\`: ${PARTS[part]}`)
      .join('; '),
    handledBy,
  ].join(' | ');

const page = {
  path: 'docs/reference/grant-types.md',
  render:
    (): string => `<!-- Generated from src/domain/clients/clients/grant-types.ts by \`npm run generate\`. Do not edit. -->

# Grant types

For developers of clients and agents. After this you know which grant types the token endpoint has, and who may register each.

| \`grant_type\` | Specification | Who may register it | Public clients | Refresh token may follow | Routes of the decision | Handled by |
|---|---|---|---|---|---|---|
${GRANT_TYPE_NAMES.map((name) => `| ${row(DECLARED_GRANT_TYPES[name])} |`).join('\n')}

*Metadata documents* are clients whose id is the URL of a document ([guide](../how-to/client-id-metadata.md)). A client with
\`authorization_code\` has redirect URIs, and no other client has them. \`refresh_token\` needs a grant type that a refresh token may
follow. A blueprint can allow its agents fewer grant types ([guide](../how-to/blueprints.md)).

The [layers of a decision](decision-layers.md) say what cuts a request on each route. To add one, see [add a grant](../how-to/add-a-grant.md).
`,
};

export default page;
