/**
 * Authorization details in a question to a person: each is described by its type, and the person allows or leaves out
 * each one.
 */
import { type DescribedDetail, describedDetail } from '../../resources/authorization-details/described-detail.ts';
import { detailId } from '../../resources/authorization-details/detail-id.ts';
import { typeOf } from '../../resources/authorization-details/narrowed-details.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Detail, DetailsByResource } from '../../vocabulary/detail-type.ts';

export type AskedDetail = {
  /** Name of the detail in a form: a digest of its content and its resource. */
  readonly id: string;
  readonly detail: Detail;
  readonly described: DescribedDetail;
};

/** The part of a question that concerns details. */
type Question = {
  readonly resources: readonly { readonly identifier: string; readonly details: readonly AskedDetail[] }[];
};

/** In their order. Leaves out a detail of an undeclared type, since no text describes it (AP-10). */
export const askedDetails = (server: ResourceServer, details: readonly Detail[]): readonly AskedDetail[] =>
  details.flatMap((detail) => {
    const type = typeOf(server.detailTypes ?? [], detail);
    if (!type) return [];
    return [{ id: detailId(server.identifier, detail), detail, described: describedDetail(type, detail) }];
  });

/** The details of the question that `isAllowed` accepts, by resource. */
export const detailsOf = (
  { resources }: Question,
  isAllowed: (asked: AskedDetail) => boolean = () => true,
): { readonly details?: DetailsByResource } => {
  const found = resources
    .map(({ identifier, details }) => [identifier, details.filter(isAllowed).map(({ detail }) => detail)] as const)
    .filter(([, details]) => details.length > 0);
  return found.length === 0 ? {} : { details: Object.fromEntries(found) };
};

/** Whether the answer is valid only once, because it is about a right whose misuse can do great harm. */
export const isAskedEachTime = ({ resources }: Question): boolean =>
  resources.some(({ details }) => details.some(({ described: { risk } }) => risk === 'high' || risk === 'critical'));

/** What the person sees of them, for the digest of the question. */
export const seenDetails = (details: readonly AskedDetail[]): readonly unknown[] =>
  details.length === 0 ? [] : [details.map(({ id, described }) => [id, described])];
