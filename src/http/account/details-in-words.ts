import type { DetailChoice, DetailItem } from '../../../views/partials/detail-list.ts';
import { describedDetail } from '../../domain/resources/authorization-details/described-detail.ts';
import { detailId } from '../../domain/resources/authorization-details/detail-id.ts';
import { typeOf, withoutRepeats } from '../../domain/resources/authorization-details/narrowed-details.ts';
import type { Detail, DetailType } from '../../domain/vocabulary/detail-type.ts';

/** An authorization detail as text. A detail of a type that is no longer declared keeps its name and shows as high risk. */
export const detailInWords = (detail: Detail, types: readonly DetailType[]): DetailItem => {
  const type = typeOf(types, detail);
  return type
    ? describedDetail(type, detail)
    : { type: detail.type, about: '', risk: 'high', sentence: [{ text: detail.type }], more: [] };
};

export const detailsInWords = (
  details: readonly Detail[] | undefined,
  types: readonly DetailType[],
): { readonly details?: readonly DetailItem[] } =>
  details === undefined || details.length === 0
    ? {}
    : { details: withoutRepeats(details).map((detail) => detailInWords(detail, types)) };

/** Details that the person can remove one by one; lists duplicates once. */
export const detailsToTake = (
  resource: string,
  details: readonly Detail[],
  types: readonly DetailType[],
): readonly DetailChoice[] =>
  withoutRepeats(details).map((detail) => ({
    id: detailId(resource, detail),
    ...detailInWords(detail, types),
    checked: false,
  }));
