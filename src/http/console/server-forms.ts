import { agentWords } from '../../../views/words/agent.ts';
import { fieldWords as words } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { clientWords } from '../../../views/words/console-software.ts';
import { riskWords } from '../../../views/words/scope.ts';
import { ENVIRONMENTS } from '../../domain/vocabulary/environment.ts';
import { serverHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import {
  checkedField,
  choiceField,
  flagField,
  jsonField,
  keysField,
  lineField,
  manyField,
  timeField,
} from './form-fields.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading } from './object-names.ts';
import { addRotation, clientSecretPage } from './object-secrets.ts';

const INTROSPECTION = [
  { value: 'none', text: words.noIntrospection },
  ...(['private_key_jwt', 'client_secret_basic'] as const).map((value) => ({
    value,
    text: clientWords.methods[value],
  })),
];

const FORMATS = (['jwt', 'opaque'] as const).map((value) => ({ value, text: words.formats[value] }));

const ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA'].map((value) => ({ value, text: value }));

const RISKS = (['low', 'medium', 'high', 'critical'] as const).map((value) => ({
  value,
  text: riskWords[value],
}));

const SCOPES: SectionSpec = {
  title: words.scopes,
  hint: words.scopesHint,
  rows: {
    ...{ member: 'scopes', label: words.scope, add: words.addScope, spare: 1, most: 200 },
    fields: [
      { name: 'name', label: words.scopeName, kind: lineField(128) },
      { name: 'description', label: words.description, kind: lineField(200) },
      {
        ...{ name: 'risk', label: words.risk },
        kind: choiceField(RISKS),
      },
      { name: 'default', label: words.isDefault, kind: flagField },
      { name: 'participants', label: words.participants, kind: checkedField('all', 'one') },
    ],
  },
};

const SECRET = clientSecretPage({ place: 'servers', title: words.serverSecretTitle, lead: words.serverSecretLead });

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: words.name, kind: lineField(100) },
      { name: 'identifier', label: words.identifier, hint: words.identifierHint, kind: lineField(512), only: 'new' },
      {
        ...{ name: 'introspection_auth_method', label: words.introspection, hint: words.fixed },
        ...{ kind: choiceField(INTROSPECTION), only: 'new' },
      },
    ],
  },
  SCOPES,
  {
    title: words.accessTokens,
    fields: [
      { name: 'access_token_format', label: words.format, kind: choiceField(FORMATS) },
      { name: 'access_token_signing_alg', label: words.algorithm, kind: choiceField(ALGORITHMS) },
      {
        ...{ name: 'access_token_ttl_seconds', label: words.lifetime, optional: true },
        kind: timeField({ least: 30, most: 3600 }),
      },
      { name: 'status_list', label: words.statusList, hint: words.statusListHint, kind: flagField },
    ],
  },
  {
    title: objectWords.more,
    isFolded: true,
    fields: [
      {
        ...{ name: 'environments', label: words.environments, optional: true },
        kind: manyField(ENVIRONMENTS.map((value) => ({ value, text: agentWords.environments[value] }))),
      },
      {
        ...{ name: 'permissions', label: words.serverPermissions, optional: true },
        kind: manyField([{ value: 'reports:write', text: words.mayReport }]),
      },
      { name: 'jwks', label: words.keys, kind: keysField, optional: true },
      {
        ...{ name: 'detail_types', label: words.detailTypes, hint: words.detailTypesHint, optional: true },
        kind: { ...jsonField(12, 60_000), emptied: [] },
      },
    ],
  },
];

/** Adds the forms that register and change a resource server, with its scopes and types of details. */
export const addServerForms = (parts: PageParts): void => {
  const spec: ObjectFormSpec = {
    ...{ path: '/console/resource-servers', place: 'servers', sections: SECTIONS },
    hrefOf: (id) => serverHref(parts.deps, id),
    create: {
      ...{ operation: 'createResourceServer', title: words.newServer, lead: words.newServerLead },
      ...{ button: words.addServer, done: 'created' },
      page: SECRET,
    },
    change: {
      ...{ read: 'getResourceServer', operation: 'updateResourceServer', title: words.changeServerTitle },
      ...{ heading: chosenHeading(words.changeOf), lead: words.changeServerLead },
    },
  };
  addObjectForms(parts, spec);
  addRotation(parts, {
    ...{ path: spec.path, place: spec.place, hrefOf: spec.hrefOf, lead: words.rotateLead, page: SECRET },
    ...{ read: 'getResourceServer', rotate: 'rotateResourceServerSecret' },
  });
};
