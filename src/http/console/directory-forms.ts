/** The forms that add and change a directory. */
import { directoryWords as words } from '../../../views/words/console-directories.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { SCIM_SCOPE, scimApiOf } from '../../domain/vocabulary/scim-api.ts';
import { directoryHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import { flagField, lineField, namedField, numberField } from './form-fields.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';
import { chosenHeading } from './object-names.ts';
import { connectionPage, withOwnClient } from './own-client.ts';
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
    run: (viewer, body) =>
      withOwnClient(parts, viewer, body, {
        ...{ operation: 'createDirectory', purpose: 'SCIM', api: scimApiOf(parts.deps.issuer), scope: SCIM_SCOPE },
      }),
    page: (frame, made, href) =>
      connectionPage(frame, made, {
        ...{ place: 'directories', title: words.connectTitle, lead: words.connectLead, href },
        values: connectionOf(parts.deps.issuer).map(([name, value]) => [words.connection[name], value]),
      }),
  },
  change: {
    ...{ read: 'getDirectory', operation: 'updateDirectory', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
  },
});
