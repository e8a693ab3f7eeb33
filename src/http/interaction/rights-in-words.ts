/** Rights as the pages of people name them, and why one cannot be used. */
import type { Phrase } from '../../../views/html.ts';
import type { WithheldFacts } from '../../../views/pages/consent-model.ts';
import type { StoppedRight } from '../../../views/partials/rights-in-effect.ts';
import type { Right } from '../../../views/partials/rights-list.ts';
import type { ScopeItem } from '../../../views/partials/scope-list.ts';
import { stoppedWords } from '../../../views/words/account.ts';
import { type LayerWords, layerWords } from '../../../views/words/decision-layers.ts';
import type { ConsentQuestion } from '../../domain/authority/consent/consent.ts';
import type { Withholding } from '../../domain/authority/decision/decision.ts';
import type { DecisionLayer } from '../../domain/authority/decision/layers.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { DetailType } from '../../domain/vocabulary/detail-type.ts';
import type { Layer } from '../../domain/vocabulary/errors.ts';
import type { PeopleDeps } from './people-deps.ts';

/** A scope as text. One that is not declared keeps its name and shows as high risk. */
export const scopeInWords = (name: string, scopes: readonly ScopeItem[]): ScopeItem =>
  scopes.find((scope) => scope.name === name) ?? { name, description: name, risk: 'high' };

/** Does not compile while a layer of the decision has no words. */
const LAYER_WORDS: Readonly<Record<DecisionLayer, LayerWords>> & Readonly<Partial<Record<Layer, LayerWords>>> =
  layerWords;

/** Why a right is blocked, for the person whose right it is. */
export const whyStopped = ({ layer, needs = [] }: Pick<Withholding, 'layer' | 'needs'>): Phrase => {
  const need = needs.find(({ kind }) => kind === 'approval') ?? needs[0];
  if (need) return stoppedWords[need.kind];
  return LAYER_WORDS[layer]?.blocked ?? stoppedWords.other;
};

/** Rights on one page; a request that names more is cut. */
const SHOWN = 50;

/** What a request asks for and cannot be given, by resource; each right once. */
export const withheldRights = async (
  { resourceServers }: Pick<PeopleDeps, 'resourceServers'>,
  { withheld }: Pick<ConsentQuestion, 'withheld'>,
): Promise<readonly WithheldFacts[]> => {
  const found: WithheldFacts[] = [];
  for (const [identifier, some] of Map.groupBy(withheld.slice(0, SHOWN), ({ resource }) => resource)) {
    const server = (await resourceServers.findByIdentifier(identifier))?.document;
    const rights = new Map<string, StoppedRight>();
    for (const each of some) {
      const what = 'scope' in each ? scopeInWords(each.scope, server?.scopes ?? []) : ofType(each.detailType, server);
      rights.set(JSON.stringify('scope' in each ? [each.scope] : { type: each.detailType }), {
        what,
        why: whyStopped(each),
      });
    }
    found.push({ resource: { identifier, name: server?.name ?? identifier }, rights: [...rights.values()] });
  }
  return found;
};

/** A kind of details by what its resource server says of it. */
const ofType = (name: string, server: ResourceServer | undefined): Right => {
  const type: DetailType | undefined = server?.detailTypes?.find((one) => one.type === name);
  const about = type?.description ?? '';
  return { type: name, about, risk: type?.risk ?? 'high', sentence: [{ text: about || name }], more: [] };
};
