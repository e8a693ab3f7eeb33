/** How a command names a call of the management API: by the operation's id, as the OpenAPI document has it. */
import { API_OPERATIONS } from './api-operations.ts';

export type OperationId = keyof typeof API_OPERATIONS;

type PathOf<Id extends OperationId> = (typeof API_OPERATIONS)[Id][1];

type ParametersIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParametersIn<Rest>
  : never;

type ParameterOf<Id extends OperationId> = ParametersIn<PathOf<Id>>;

type OperationsBy<Method extends string> = {
  [Id in OperationId]: (typeof API_OPERATIONS)[Id][0] extends Method ? Id : never;
}[OperationId];

/** The operations whose path has exactly these parameters: `never` for none. */
export type OperationsWith<Method extends string, Parameter extends string> = {
  [Id in OperationsBy<Method>]: [ParameterOf<Id>, Parameter] extends [Parameter, ParameterOf<Id>] ? Id : never;
}[OperationsBy<Method>];

export type GetOperation = OperationsBy<'GET'>;
export type ListOperation = OperationsWith<'GET', never>;
export type ReadOperation = OperationsWith<'GET', 'id'>;
export type ChangeOperation = OperationsWith<'PATCH', 'id'>;
export type ActionOperation = OperationsWith<'POST', 'id'>;
export type RemoveOperation = OperationsWith<'DELETE', 'id'>;

export type Query = Readonly<Record<string, string | undefined>>;

/** The parameters of the path, and the query. */
export type Target<Id extends OperationId> = { readonly [Name in ParameterOf<Id>]: string } & {
  readonly query?: Query;
};

/** Optional for an operation whose path has no parameters. */
export type Given<T> = Record<never, never> extends T ? readonly [given?: T] : readonly [given: T];

/** The method of an operation, and the path with the parameters and the query. */
export const addressOf = (
  operation: OperationId,
  { query = {}, ...parameters }: Readonly<Record<string, unknown>> & { readonly query?: Query },
): { readonly method: string; readonly path: string } => {
  const [method, template] = API_OPERATIONS[operation];
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parameters[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value);
  return { method, path: search.size === 0 ? path : `${path}?${search}` };
};
