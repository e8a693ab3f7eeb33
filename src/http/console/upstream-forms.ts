/** The forms that add and change a provider at which people sign in. */
import { copyable } from '../../../views/partials/copy-button.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { upstreamsWords as words } from '../../../views/words/console-upstreams.ts';
import {
  AUTHENTICATION_METHODS,
  SIGN_OUT_THERE,
  USUAL_CLAIMS,
} from '../../domain/identity/upstream/upstream-provider.ts';
import { consoleRefusal } from './console-refusals.ts';
import {
  checkedField,
  choiceField,
  type FieldKind,
  type FieldSpec,
  flagField,
  lineField,
  linesField,
  secretField,
} from './form-fields.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';
import { chosenHeading } from './object-names.ts';

const USUAL_SCOPES = ['openid', 'profile', 'email'];

/** Unticked is an answer, since the API has a button by default. */
const buttonField: FieldKind = { ...flagField, read: ([text]) => text === 'yes' };

const lines = linesField(3, 12_000);

/** Empty stands for the default of the API. */
const scopesField: FieldKind = { ...lines, read: (given, field) => lines.read(given, field) ?? USUAL_SCOPES };

const claimField = (usual: string): FieldKind => {
  const line = lineField(200);
  return { ...line, read: (given, field) => line.read(given, field) ?? usual };
};

/** On each line a value there, `=`, and the name of a group here; the value may contain `=`. */
export const groupsField: FieldKind = {
  ...lines,
  hint: words.groupsHint,
  emptied: {},
  read: (given, field) => {
    const rows = lines.read(given, field) as readonly string[] | undefined;
    return (
      rows &&
      Object.fromEntries(
        rows.map((row) => {
          const at = row.lastIndexOf('=');
          const [there, here] = [row.slice(0, Math.max(0, at)).trim(), row.slice(at + 1).trim()];
          if (there === '' || here === '') throw consoleRefusal('pairs_malformed', { field });
          return [there, here];
        }),
      )
    );
  },
  write: (member) => {
    const pairs = Object.entries((member ?? {}) as Readonly<Record<string, string>>);
    return pairs.length === 0 ? [] : [pairs.map(([there, here]) => `${there} = ${here}`).join('\n')];
  },
};

const claim = (name: keyof typeof USUAL_CLAIMS): FieldSpec => ({
  ...{ name, within: 'claims', label: words.claim[name], hint: words.claimHint(USUAL_CLAIMS[name]), optional: true },
  kind: claimField(USUAL_CLAIMS[name]),
});

const factor = (name: 'acr' | 'amr'): FieldSpec => ({
  ...{ name, within: 'multi_factor', label: words[name], hint: words.factorHint, optional: true },
  kind: linesField(2, 6000),
});

/** Addresses of this server that an administrator registers at the provider. */
type OwnAddresses = { readonly redirectUri: string; readonly jwksUri: string };

const sectionsOf = ({ redirectUri, jwksUri }: OwnAddresses): readonly SectionSpec[] => [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: words.label, hint: words.labelHint, kind: lineField(60) },
      { name: 'issuer', label: words.issuer, hint: words.issuerHint, kind: lineField(512), only: 'new' },
    ],
  },
  {
    title: words.connection,
    hint: words.connectionHint(copyable(redirectUri)),
    fields: [
      { name: 'client_id', label: words.clientId, kind: lineField(512) },
      {
        ...{ name: 'authentication', label: fieldWords.method, hint: words.methodHint(copyable(jwksUri)) },
        kind: choiceField(AUTHENTICATION_METHODS.map((value) => ({ value, text: words.methods[value] }))),
      },
      {
        ...{ name: 'client_secret', label: words.secret, hint: words.newSecretHint, only: 'new' },
        ...{ kind: secretField(1024), optional: true },
      },
      {
        ...{ name: 'client_secret', label: words.secret, hint: words.secretHint, only: 'change' },
        ...{ kind: secretField(1024), optional: true },
      },
    ],
  },
  {
    title: words.people,
    fields: [
      { name: 'button', label: words.button, kind: buttonField, optional: true },
      { name: 'domains', label: words.domains, hint: words.domainsHint, kind: lines, optional: true },
      { name: 'create', label: words.createAccounts, kind: checkedField('always', 'never'), optional: true },
    ],
  },
  {
    ...{ title: words.claims, isFolded: true },
    fields: [
      { name: 'scopes', label: words.scopes, kind: scopesField, optional: true },
      claim('username'),
      claim('name'),
      claim('email'),
      claim('groups'),
      { name: 'groups', label: words.groups, kind: groupsField, optional: true },
      factor('acr'),
      factor('amr'),
      {
        ...{ name: 'sign_out', label: words.signOut },
        kind: choiceField(SIGN_OUT_THERE.map((value) => ({ value, text: words.signOuts[value] }))),
      },
    ],
  },
];

/** `home`: the list, including the issuer's path. */
export const upstreamForms = (path: string, home: string, addresses: OwnAddresses): ObjectFormSpec => ({
  ...{ path, place: 'sign-in', sections: sectionsOf(addresses) },
  hrefOf: (id) => `${home}/${id}`,
  create: {
    ...{ operation: 'createUpstream', title: words.make, lead: words.makeLead, button: words.add, done: 'on' },
    values: { button: true, scopes: USUAL_SCOPES, claims: USUAL_CLAIMS },
  },
  change: {
    ...{ read: 'getUpstream', operation: 'updateUpstream', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
  },
});
