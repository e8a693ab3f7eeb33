import type { AccountLink, AccountLinks, NewAccountLink } from '../../domain/clients/peers/account-links.ts';
import type { Peer } from '../../domain/clients/peers/peer.ts';
import type { NewPeer, PeerChange, PeerRegistry } from '../../domain/clients/peers/peer-registry.ts';
import type { IssuerKeys } from '../../domain/clients/workload-identity/issuer-keys.ts';
import { type Call, existing, type Handlers, objectAnswer, pageAnswer, pageOf, sameVersion } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { fromWire, toWire } from './representations.ts';

type Operations =
  | 'createPeer'
  | 'listPeers'
  | 'getPeer'
  | 'updatePeer'
  | 'disablePeer'
  | 'enablePeer'
  | 'purgePeerKeys'
  | 'createAccountLink'
  | 'listAccountLinks'
  | 'getAccountLink'
  | 'removeAccountLink';

export type Peers = PeerRegistry & {
  readonly keys: Pick<IssuerKeys, 'health'>;
  readonly links: AccountLinks;
};

export const peerHandlers = ({ keys, links, ...peers }: Peers): Handlers<Operations> => {
  const show = ({ resources: _, outbound, inbound, ...peer }: Peer): JsonObject => ({
    ...toWire(peer),
    ...(outbound ? { outbound: toWire(outbound) } : {}),
    ...(inbound ? { inbound: toWire(inbound) } : {}),
    keys: toWire(keys.health({ ...peer })),
  });
  const found = async ({ id }: Call) => existing(await peers.get(id));

  return {
    createPeer: async ({ body, by }) =>
      objectAnswer(await peers.create(withParts(body) as unknown as NewPeer, by), show),

    async listPeers(call) {
      const { issuer } = call.query;
      return pageAnswer(await peers.list({ ...pageOf(call), ...(issuer === undefined ? {} : { issuer }) }), show);
    },

    getPeer: async (call) => objectAnswer(await found(call), show),

    async updatePeer(call) {
      sameVersion(await found(call), call);
      return objectAnswer(await peers.update(call.id, call.version, withParts(call.body) as PeerChange, call.by), show);
    },

    disablePeer: async ({ id, by }) => objectAnswer(await peers.disable(id, by), show),
    enablePeer: async ({ id, by }) => objectAnswer(await peers.enable(id, by), show),
    purgePeerKeys: async ({ id, by }) => objectAnswer(await peers.purgeKeys(id, by), show),

    createAccountLink: async ({ body, by }) =>
      objectAnswer(await links.create(body as unknown as NewAccountLink, by), showLink),

    async listAccountLinks(call) {
      const { peer, account } = call.query;
      const about = { ...(peer === undefined ? {} : { peer }), ...(account === undefined ? {} : { account }) };
      return pageAnswer(await links.list({ ...pageOf(call), ...about }), showLink);
    },

    getAccountLink: async ({ id }) => objectAnswer(existing(await links.get(id)), showLink),

    async removeAccountLink({ id, by }) {
      await links.remove(id, by);
      return {};
    },
  };
};

const showLink = ({ key: _, ...link }: AccountLink): JsonObject => toWire(link);

/** Both directions in the domain's spelling: a level that `fromWire` leaves alone. */
const withParts = (body: JsonObject): JsonObject => ({
  ...body,
  ...Object.fromEntries(
    ['outbound', 'inbound'].flatMap((name) => {
      const part = body[name] as JsonObject | null | undefined;
      return part ? [[name, fromWire(part)]] : [];
    }),
  ),
});
