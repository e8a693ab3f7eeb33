/** Resource: static bearer secrets of directories, each an exception with an owner, a reason and an end. */
import type { Directory } from '../../../domain/identity/directories/directory.ts';
import type { DirectoryRegistry } from '../../../domain/identity/directories/directory-registry.ts';
import {
  type DirectorySecrets,
  isLive,
  type ShownSecret,
} from '../../../domain/identity/directories/directory-secrets.ts';
import type { Clock } from '../../../domain/ports/clock.ts';
import { existing } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, route, SPEAKS_FOR_PEOPLE } from '../route.ts';
import { named } from '../schema.ts';
import {
  arrayOf,
  input,
  integer,
  oneOf,
  output,
  SECRET,
  seconds,
  secondsGiven,
  string,
  text,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import { DIRECTORY_SCOPES } from './directory-scopes.ts';

const SECRET_MEMBERS = {
  id: string('Begins with dsc_.'),
  directory: string(),
  owner: string('Account that answers for it.'),
  reason: string('Why the directory needs it.'),
  created_at: seconds('When it was created.'),
  expires_at: seconds('When it ends.'),
};
const NEW_SECRET = named(
  'NewDirectorySecret',
  input(
    {
      reason: text('Why this directory needs a static secret.', 500),
      expires_at: secondsGiven('When it ends: at most 90 days from now.'),
      owner: text('Account that answers for it. Default: the caller, or the owner of the calling client.', 128),
    },
    ['reason', 'expires_at'],
  ),
);
const SECRET_ROTATION = named(
  'DirectorySecretRotation',
  input({
    overlap_seconds: integer('How long the old secret stays valid beside the new one.', {
      ...{ minimum: 0, maximum: 604_800, default: 0 },
    }),
  }),
);
const SHOWN_SECRET = named('ShownDirectorySecret', output({ ...SECRET_MEMBERS, ...SECRET }));
const LISTED_SECRETS = named(
  'DirectorySecrets',
  output({
    items: arrayOf(
      output(
        {
          ...SECRET_MEMBERS,
          state: oneOf('Whether it is accepted.', ['active', 'ended']),
          revoked_at: seconds('When it was revoked.'),
        },
        ['revoked_at'],
      ),
      'Those that ended in the last 30 days included, newest first.',
    ),
  }),
);

const make = about('directories', DIRECTORY_SCOPES);

const routes = {
  allowDirectorySecret: make.create(
    '/directories/{id}/secret',
    NEW_SECRET,
    SHOWN_SECRET,
    'Allow a directory a static bearer secret as an exception, with a reason, for at most 90 days',
    SPEAKS_FOR_PEOPLE,
  ),
  rotateDirectorySecret: make.create(
    '/directories/{id}/rotate-secret',
    SECRET_ROTATION,
    SHOWN_SECRET,
    'Rotate the secret of a directory. Its end stays the same',
    { ...SPEAKS_FOR_PEOPLE, status: 200 },
  ),
  revokeDirectorySecret: route({
    method: 'POST',
    path: '/directories/{id}/revoke-secret',
    tag: 'directories',
    summary: 'End the secrets of a directory at once',
    scope: DIRECTORY_SCOPES.write,
    policy: 'administer',
    roles: ADMINISTRATORS,
    status: 204,
  }),
  listDirectorySecrets: make.read('/directories/{id}/secrets', LISTED_SECRETS, 'List the secrets of a directory'),
};

type Dependencies = {
  readonly directories: Pick<DirectoryRegistry, 'get'>;
  readonly directorySecrets: DirectorySecrets;
  readonly clock: Pick<Clock, 'now'>;
};

const SECRET_SHOWN = ['id', 'directory', 'owner', 'reason', 'createdAt', 'expiresAt'] as const;
const showSecret = ({ document, secret }: ShownSecret) => ({
  body: { ...show(document, SECRET_SHOWN), client_secret: secret },
});

const handlers = ({ directories, directorySecrets: secrets, clock }: Dependencies): Handlers<typeof routes> => {
  const found = async (id: string): Promise<Directory> => existing(await directories.get(id)).document;

  return {
    async allowDirectorySecret(call) {
      return showSecret(await secrets.allow(await found(call.id), call.body, call.by));
    },

    async rotateDirectorySecret(call) {
      const { overlapSeconds = 0 } = call.body;
      return showSecret(await secrets.rotate(await found(call.id), overlapSeconds, call.by));
    },

    async revokeDirectorySecret(call) {
      await secrets.revoke(await found(call.id), call.by);
      return {};
    },

    async listDirectorySecrets(call) {
      await found(call.id);
      const items = (await secrets.list(call.id)).map((secret) => ({
        ...show(secret, [...SECRET_SHOWN, 'revokedAt']),
        state: isLive(secret, clock.now()) ? ('active' as const) : ('ended' as const),
      }));
      return { body: { items } };
    },
  };
};

export const directorySecrets = resource(routes, handlers);
