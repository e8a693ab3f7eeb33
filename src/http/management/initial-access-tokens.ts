import type {
  InitialAccessToken,
  InitialAccessTokens,
  NewInitialAccessToken,
} from '../../domain/clients/registration/initial-access-tokens.ts';
import type { Owners } from '../../domain/identity/groups/owners.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { DomainError } from '../../domain/vocabulary/errors.ts';
import { type Call, existing, type Handlers, objectAnswer, pageAnswer, pageOf } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { showInitialAccessToken } from './representations.ts';

type Operations =
  | 'createInitialAccessToken'
  | 'listInitialAccessTokens'
  | 'getInitialAccessToken'
  | 'revokeInitialAccessToken';

/** An owner creates and sees tokens of their own, and only tokens that register agents. */
export const initialAccessTokenHandlers = (
  tokens: InitialAccessTokens,
  owners: Pick<Owners, 'answersFor'>,
): Handlers<Operations> => {
  const visible = async ({ id, access, caller }: Call): Promise<Versioned<InitialAccessToken>> => {
    const found = existing(await tokens.get(id));
    const isSeen = access === 'all' || (await owners.answersFor(found.document.owner, caller.id));
    return existing(isSeen ? found : undefined);
  };

  const checkOwn = async ({ access, caller, body }: Call, owner: string): Promise<void> => {
    if (access === 'all') return;
    if (!(await owners.answersFor(owner, caller.id))) {
      throw new DomainError('forbidden', 'An operator or administrator makes tokens for others.', { field: '/owner' });
    }
    if (!Object.hasOwn(body, 'blueprint')) {
      throw new DomainError('forbidden', 'An operator or administrator lets clients that are no agents register.', {
        field: '/blueprint',
      });
    }
  };

  return {
    async createInitialAccessToken(call) {
      const owner = String(call.body.owner ?? call.caller.account ?? '');
      if (owner === '') {
        throw new DomainError('invalid_field', 'A client that acts for itself names the owner.', { field: '/owner' });
      }
      await checkOwn(call, owner);
      const { token, ...stored } = await tokens.create({ ...call.body, owner } as NewInitialAccessToken, call.by);
      return objectAnswer(
        stored,
        (document): JsonObject => ({
          ...showInitialAccessToken(document),
          initial_access_token: token,
        }),
      );
    },

    async listInitialAccessTokens(call) {
      const { query, access, caller } = call;
      if (access === 'own' && query.owner !== undefined && !(await owners.answersFor(query.owner, caller.id))) {
        return pageAnswer({ items: [] }, showInitialAccessToken);
      }
      const owner = query.owner ?? (access === 'own' ? caller.id : undefined);
      return pageAnswer(
        await tokens.list({ ...pageOf(call), ...(owner === undefined ? {} : { owner }) }),
        showInitialAccessToken,
      );
    },

    getInitialAccessToken: async (call) => objectAnswer(await visible(call), showInitialAccessToken),

    async revokeInitialAccessToken(call) {
      await visible(call);
      return objectAnswer(await tokens.revoke(call.id, call.by), showInitialAccessToken);
    },
  };
};
