import { fieldWords as words } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { peopleWords } from '../../../views/words/console-people.ts';
import { clientWords } from '../../../views/words/console-software.ts';
import { GRANT_TYPES } from '../../domain/clients/clients/grant-types.ts';
import { clientHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import {
  choiceField,
  flagField,
  keysField,
  lineField,
  linesField,
  manyField,
  namedField,
  rightsField,
} from './form-fields.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading, ownerText } from './object-names.ts';
import { addRotation, clientSecretPage } from './object-secrets.ts';

const KINDS = (['web', 'native'] as const).map((value) => ({ value, text: clientWords.kinds[value] }));

/** Certificates need more members than a form has; the command line registers those. */
const METHODS = (['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none'] as const).map((value) => ({
  value,
  text: clientWords.methods[value],
}));

const ALGORITHMS = [
  { value: '', text: words.atDefault },
  ...['RS256', 'ES256', 'PS256', 'EdDSA'].map((value) => ({ value, text: value })),
];

const ROLES = (['administrator', 'operator', 'auditor'] as const).map((value) => ({
  value,
  text: peopleWords.roleNames[value],
}));

const SECRET = clientSecretPage({ place: 'clients', title: words.clientSecretTitle, lead: words.clientSecretLead });

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: words.name, kind: lineField(100) },
      { name: 'owner', label: words.owner, kind: namedField('account'), optional: true },
      { name: 'purpose', label: words.purpose, hint: words.purposeHint, kind: lineField(500), optional: true },
      { name: 'application_type', label: words.kind, hint: words.fixed, kind: choiceField(KINDS), only: 'new' },
      {
        ...{ name: 'token_endpoint_auth_method', label: words.method, hint: words.fixed },
        ...{ kind: choiceField(METHODS), only: 'new' },
      },
      { name: 'redirect_uris', label: words.redirectUris, kind: linesField(3, 8000), optional: true },
    ],
  },
  {
    title: words.keys,
    fields: [
      { name: 'jwks', label: words.keys, kind: keysField, optional: true },
      { name: 'jwks_uri', label: words.keysUrl, kind: lineField(2000), optional: true },
    ],
  },
  {
    title: objectWords.more,
    isFolded: true,
    fields: [
      {
        ...{ name: 'grant_types', label: words.grantTypes, optional: true },
        kind: manyField(GRANT_TYPES.map((value) => ({ value, text: value }))),
      },
      { name: 'post_logout_redirect_uris', label: words.logoutUris, kind: linesField(2, 8000), optional: true },
      { name: 'backchannel_logout_uri', label: words.backchannel, kind: lineField(2000), optional: true },
      { name: 'cors_origins', label: words.origins, kind: linesField(2, 8000), optional: true },
      { name: 'skip_consent', label: words.skipConsent, kind: flagField, optional: true },
      { name: 'dpop_bound_access_tokens', label: words.dpop, kind: flagField, optional: true },
      { name: 'require_pushed_authorization_requests', label: words.pushed, kind: flagField, optional: true },
      { name: 'id_token_signed_response_alg', label: words.idTokens, kind: choiceField(ALGORITHMS), optional: true },
      { name: 'authority', label: words.authority, kind: rightsField, optional: true },
      { name: 'roles', label: words.roles, kind: manyField(ROLES), optional: true },
    ],
  },
];

/** Adds the forms that register and change a client. */
export const addClientForms = (parts: PageParts): void => {
  const { deps } = parts;
  const spec: ObjectFormSpec = {
    ...{ path: '/console/clients', place: 'clients', sections: SECTIONS },
    hrefOf: (id) => clientHref(deps, id),
    shown: async (client) => ({ ...client, owner: await ownerText(deps, client['owner'] as string | undefined) }),
    create: {
      ...{ operation: 'createClient', title: words.newClient, lead: words.newClientLead },
      ...{ button: words.addClient, done: 'created' },
      values: { grant_types: ['authorization_code', 'refresh_token'] },
      page: SECRET,
    },
    change: {
      ...{ read: 'getClient', operation: 'updateClient', title: words.changeClientTitle },
      ...{ heading: chosenHeading(words.changeOf), lead: words.changeClientLead },
    },
  };
  addObjectForms(parts, spec);
  addRotation(parts, {
    ...{ path: spec.path, place: spec.place, hrefOf: spec.hrefOf, lead: words.rotateLead, page: SECRET },
    ...{ read: 'getClient', rotate: 'rotateClientSecret' },
  });
};
