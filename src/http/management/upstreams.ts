import { upstreamAddresses } from '../../domain/identity/upstream/upstream-addresses.ts';
import type { NewUpstream, UpstreamChange } from '../../domain/identity/upstream/upstream-input.ts';
import type { NewUpstreamLink, UpstreamLink, UpstreamLinks } from '../../domain/identity/upstream/upstream-links.ts';
import type { UpstreamProvider } from '../../domain/identity/upstream/upstream-provider.ts';
import type { UpstreamRegistry } from '../../domain/identity/upstream/upstream-registry.ts';
import { type Call, existing, type Handlers, objectAnswer, pageAnswer, pageOf, sameVersion } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { toWire } from './representations.ts';

type Operations =
  | 'createUpstream'
  | 'listUpstreams'
  | 'getUpstream'
  | 'updateUpstream'
  | 'disableUpstream'
  | 'enableUpstream'
  | 'removeUpstream'
  | 'createUpstreamLink'
  | 'listUpstreamLinks'
  | 'getUpstreamLink'
  | 'removeUpstreamLink';

export type Upstreams = UpstreamRegistry & { readonly links: UpstreamLinks; readonly issuer: string };

export const upstreamHandlers = ({ links, issuer, ...upstreams }: Upstreams): Handlers<Operations> => {
  const show = ({ clientSecret: _, claims, groups, signOut = 'offer', ...upstream }: UpstreamProvider): JsonObject => ({
    ...toWire({ ...upstream, signOut, ...upstreamAddresses(issuer) }),
    claims,
    groups,
  });
  const found = async ({ id }: Call) => existing(await upstreams.get(id));

  return {
    createUpstream: async ({ body, by }) =>
      objectAnswer(await upstreams.create(withLists(body) as unknown as NewUpstream, by), show),

    listUpstreams: async (call) => pageAnswer(await upstreams.list(pageOf(call)), show),

    getUpstream: async (call) => objectAnswer(await found(call), show),

    async updateUpstream(call) {
      sameVersion(await found(call), call);
      const { id: _, ...change } = withLists(call.body) as UpstreamChange & { readonly id?: string };
      return objectAnswer(await upstreams.update(call.id, call.version, change, call.by), show);
    },

    disableUpstream: async ({ id, by }) => objectAnswer(await upstreams.disable(id, by), show),
    enableUpstream: async ({ id, by }) => objectAnswer(await upstreams.enable(id, by), show),

    async removeUpstream({ id, by }) {
      await upstreams.remove(id, by);
      return {};
    },

    createUpstreamLink: async ({ body, by }) => {
      const given = { ...(body as unknown as Omit<NewUpstreamLink, 'proof'>), proof: 'administrator' as const };
      return objectAnswer(await links.create(given, by), showLink);
    },

    async listUpstreamLinks(call) {
      const { upstream, account } = call.query;
      const about = { ...(upstream === undefined ? {} : { upstream }), ...(account === undefined ? {} : { account }) };
      return pageAnswer(await links.list({ ...pageOf(call), ...about }), showLink);
    },

    getUpstreamLink: async ({ id }) => objectAnswer(existing(await links.get(id)), showLink),

    async removeUpstreamLink({ id, by }) {
      await links.remove(id, by);
      return {};
    },
  };
};

const showLink = ({ key: _, ...link }: UpstreamLink): JsonObject => toWire(link);

/** A body may leave out one of the two lists that mean a second factor. */
const withLists = (body: JsonObject): JsonObject => {
  const given = body['multiFactor'] as object | undefined;
  return given === undefined ? body : { ...body, multiFactor: { acr: [], amr: [], ...given } };
};
