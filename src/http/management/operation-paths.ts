/**
 * Which operation of the management API a method and a path name. Paths are compared by segments, and exactly: one in another case, or
 * with a slash at the end, is another path (MG-09). To compile a pattern for each operation took most of the time in which the API is
 * composed.
 */
import { type OperationId, routeEntries } from './resource-table.ts';

/** A segment in braces is a parameter. */
type Entry = { readonly operation: OperationId; readonly method: string; readonly segments: readonly string[] };
export type OperationAt = {
  readonly operation: OperationId;
  /** Values of the path's parameters by name, decoded where they can be. */
  readonly parameters: Readonly<Record<string, string>>;
};

/** `path`: below `/api/v1`, with a slash in front, not decoded. A HEAD is a GET. Of several operations the first of the table counts. */
export const operationAt = (method: string, path: string): OperationAt | undefined => {
  const asked = method === 'HEAD' ? 'GET' : method;
  const segments = segmentsOf(path);
  const found = alike(segments).find((entry) => entry.method === asked && fits(entry, segments));
  return found && { operation: found.operation, parameters: parametersOf(found, segments) };
};

/** The methods of the operations at this path; none when there is no such path. */
export const methodsAt = (path: string): readonly string[] => {
  const segments = segmentsOf(path);
  return alike(segments)
    .filter((entry) => fits(entry, segments))
    .map(({ method }) => method);
};

const segmentsOf = (path: string): readonly string[] => path.slice(1).split('/');

const PARAMETER = /^\{(\w+)\}$/;

const fits = (entry: Entry, segments: readonly string[]): boolean =>
  entry.segments.every((segment, at) => (PARAMETER.test(segment) ? segments[at] !== '' : segment === segments[at]));

const parametersOf = (entry: Entry, segments: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    entry.segments.flatMap((segment, at) => {
      const [, name] = PARAMETER.exec(segment) ?? [];
      return name === undefined ? [] : [[name, decoded(segments[at] ?? '')]];
    }),
  );

/** What is no valid escape stays as it was sent, and so is no id. */
const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** Operations of the same noun with as many segments. Every path of the table begins with its noun. */
const alike = (segments: readonly string[]): readonly Entry[] => {
  index ??= Map.groupBy(entries(), (entry) => keyOf(entry.segments));
  return index.get(keyOf(segments)) ?? [];
};
let index: ReadonlyMap<string, readonly Entry[]> | undefined;

const keyOf = (segments: readonly string[]): string => `${segments[0]} ${segments.length}`;

const entries = (): readonly Entry[] =>
  routeEntries().map(([operation, { method, path }]) => ({ operation, method, segments: segmentsOf(path) }));
