/** Scopes by resource as text of a form: on each line a resource indicator, then its scopes. */

/** Scopes at one resource. */
export type RightsLine = { readonly resource: string; readonly scopes: readonly string[] };

/** The lines of a text, in their order, without empty ones. A line may repeat a resource or a scope. */
export const rightsLines = (text: string): readonly RightsLine[] =>
  text.split('\n').flatMap((line) => {
    const [resource = '', ...scopes] = line.trim().split(/\s+/u);
    return resource === '' ? [] : [{ resource, scopes }];
  });

export const rightsText = (lines: readonly RightsLine[]): string =>
  lines.map(({ resource, scopes }) => [resource, ...scopes].join(' ')).join('\n');
