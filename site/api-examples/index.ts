/** Examples of each operation of the management API, made from docs/openapi.json. */
import { curlExample } from './curl.ts';
import { pythonExample } from './python.ts';
import { type ApiDocument, exampleRequests } from './requests.ts';
import { typescriptExample } from './typescript.ts';

/** The same request in three languages. */
export type Examples = { readonly curl: string; readonly typescript: string; readonly python: string };

/** Examples by `operationId`. Throws when an operation cannot be shown. */
export const examplesOf = (document: ApiDocument): ReadonlyMap<string, Examples> =>
  new Map(
    [...exampleRequests(document)].map(([operationId, request]) => [
      operationId,
      { curl: curlExample(request), typescript: typescriptExample(request), python: pythonExample(request) },
    ]),
  );
