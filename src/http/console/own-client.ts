/** Clients that the server creates together with the object that authenticates as them. */
import type { Html, Phrase } from '../../../views/html.ts';
import type { ConnectionValue } from '../../../views/partials/connection-values.ts';
import type { ConsoleFrame, ConsolePlace } from '../../../views/partials/console-frame.ts';
import { secretPage } from '../../../views/partials/secret-page.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import type { JsonObject } from '../management/json-body.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import type { Shown } from './object-form-spec.ts';

/** What the client of an object is for: the only API at which it has authority, with this scope. */
type Use = {
  readonly operation: 'createDirectory' | 'createSignalReceiver';
  /** Of the client, for readers of lists. */
  readonly purpose: string;
  readonly api: string;
  readonly scope: string;
};

/**
 * Creates an object with the client that the form names; without one, creates a client of the same name, too: with a secret,
 * without a role, and with authority at that API only. The answer then has `client_secret`. A client whose object is refused is
 * disabled; without the object it could do nothing there.
 */
export const withOwnClient = async (
  { deps, calls }: PageParts,
  viewer: Viewer,
  body: JsonObject,
  { operation, purpose, api, scope }: Use,
): Promise<Shown> => {
  const { account, by } = viewer;
  const create = async (asked: JsonObject) => (await calls.run(operation, account, by, { body: asked })).body;
  if (body['client'] !== undefined) return create(body);
  // Only the second call asks for a second factor. Without one it would leave a client behind.
  deps.requireFreshFactor(by);
  const made = await calls.run('createClient', account, by, {
    body: {
      ...(body['name'] === undefined ? {} : { name: body['name'] }),
      ...{ purpose, token_endpoint_auth_method: 'client_secret_basic' },
      ...{ grant_types: ['client_credentials'], authority: { [api]: [scope] } },
    },
  });
  const { id: client, client_secret: secret } = made.body;
  try {
    return { ...(await create({ ...body, client })), client_secret: secret };
  } catch (error) {
    await calls.run('disableClient', account, by, { id: client });
    throw error;
  }
};

/** Shows what to enter at the other system, with the secret of a client that was created. Undefined: none was. */
export const connectionPage = (
  frame: ConsoleFrame,
  made: Shown,
  shown: {
    readonly place: ConsolePlace;
    readonly title: Phrase;
    readonly lead: Phrase;
    readonly values: readonly ConnectionValue[];
    /** The page of the object. */
    readonly href: string;
  },
): Html | undefined => {
  const { place, title, lead, values, href } = shown;
  const secret = made['client_secret'];
  if (typeof secret !== 'string') return undefined;
  return secretPage(frame, {
    ...{ place, title, lead },
    values: [
      ...values.map(([label, value]) => ({ label, value })),
      { label: fieldWords.clientId, value: String(made['client']) },
    ],
    secrets: [{ label: fieldWords.clientSecret, value: secret }],
    next: { href, text: objectWords.onward },
  });
};
