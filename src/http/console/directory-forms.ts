/** The forms that add and change a directory. */
import { secretPage } from '../../../views/partials/secret-page.ts';
import { directoryWords as words } from '../../../views/words/console-directories.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { SCIM_SCOPE, scimApiOf } from '../../domain/vocabulary/scim-api.ts';
import type { JsonObject } from '../management/json-body.ts';
import { directoryHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { flagField, lineField, namedField, numberField } from './form-fields.ts';
import type { ObjectFormSpec, SectionSpec, Shown } from './object-form-spec.ts';
import { chosenHeading } from './object-names.ts';
import { groupsField } from './upstream-forms.ts';

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: fieldWords.name, kind: lineField(100) },
      {
        ...{ name: 'client', label: words.client, hint: words.clientHint, kind: namedField('client') },
        ...({ optional: true, only: 'new' } as const),
      },
      { name: 'verifies_emails', label: words.verifiesField, hint: words.verifiesHint, kind: flagField },
    ],
  },
  {
    title: words.firstSync,
    fields: [{ name: 'is_dry_run', label: words.dryRunField, hint: words.dryRunHint, kind: flagField, only: 'new' }],
  },
  {
    title: words.gives,
    fields: [
      {
        ...{ name: 'groups', label: words.groupMap, hint: words.groupMapHint, kind: groupsField },
        ...({ optional: true, only: 'change' } as const),
      },
      {
        ...{ name: 'agent_blueprint', label: words.agentBlueprint, hint: words.agentBlueprintHint },
        kind: { ...namedField('blueprint'), isList: true },
        ...({ optional: true, only: 'change' } as const),
      },
    ],
  },
  {
    title: words.limits,
    fields: [
      {
        ...{ name: 'most_accounts', label: words.mostAccounts, kind: numberField(words.mostAccountsHint) },
        only: 'change',
      },
      {
        ...{ name: 'most_deactivations', label: words.mostDeactivations, kind: numberField(words.mostHint) },
        only: 'change',
      },
      {
        ...{ name: 'most_deactivations_percent', label: words.mostPercent, kind: numberField(words.percentHint) },
        only: 'change',
      },
    ],
  },
];

/** What an administrator enters at the directory, besides the credentials of its client. */
export const connectionOf = (
  issuer: string,
): readonly (readonly [name: 'baseUrl' | 'tokenEndpoint' | 'scope', value: string])[] => [
  ['baseUrl', scimApiOf(issuer)],
  ['tokenEndpoint', `${issuer}/token`],
  ['scope', SCIM_SCOPE],
];

export const directoryForms = (parts: PageParts, path: string): ObjectFormSpec => ({
  ...{ path, place: 'directories', sections: SECTIONS, hrefOf: (id) => directoryHref(parts.deps, id) },
  create: {
    ...{ operation: 'createDirectory', title: words.make, lead: words.makeLead, button: words.add },
    ...{ done: 'directoryCreated', values: { is_dry_run: true } },
    run: (viewer, body) => withClient(parts, viewer, body),
    page: (frame, made, href) =>
      typeof made['client_secret'] === 'string'
        ? secretPage(frame, {
            ...{ place: 'directories', title: words.connectTitle, lead: words.connectLead },
            values: [
              ...connectionOf(parts.deps.issuer).map(([name, value]) => ({ label: words.connection[name], value })),
              { label: fieldWords.clientId, value: String(made['client']) },
            ],
            secrets: [{ label: fieldWords.clientSecret, value: made['client_secret'] }],
            next: { href, text: objectWords.onward },
          })
        : undefined,
  },
  change: {
    ...{ read: 'getDirectory', operation: 'updateDirectory', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
  },
});

/**
 * Creates a directory, and the client as which it authenticates if the form names none: with a secret, no role, and authority
 * at the SCIM endpoints only. A client whose directory is refused is disabled; without a directory it could do nothing there.
 */
const withClient = async ({ deps, calls }: PageParts, viewer: Viewer, body: JsonObject): Promise<Shown> => {
  const { account, by } = viewer;
  if (body['client'] !== undefined) {
    return (await calls.run('createDirectory', account, by, { body })).body as Shown;
  }
  // Only the second call asks for a second factor. Without one it would leave a client behind.
  deps.requireFreshFactor(by);
  const made = await calls.run('createClient', account, by, {
    body: {
      ...(body['name'] === undefined ? {} : { name: body['name'] }),
      ...{ purpose: 'SCIM', token_endpoint_auth_method: 'client_secret_basic' },
      ...{ grant_types: ['client_credentials'], authority: { [scimApiOf(deps.issuer)]: [SCIM_SCOPE] } },
    },
  });
  const { id: client, client_secret: secret } = made.body as Shown & { readonly id: string };
  try {
    const { body: directory } = await calls.run('createDirectory', account, by, { body: { ...body, client } });
    return { ...directory, client_secret: secret };
  } catch (error) {
    await calls.run('disableClient', account, by, { id: client });
    throw error;
  }
};
