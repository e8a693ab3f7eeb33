/** Maximum nesting of values that every store returns unchanged. */
const MAX_DEPTH = 100;

export const checkJson = (value: unknown, depth: number): void => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (Number.isFinite(value)) return;
      break;
    case 'object':
      if (value === null) return;
      if (depth === MAX_DEPTH) break;
      if (Array.isArray(value)) {
        for (const item of value) checkJson(item, depth + 1);
        return;
      }
      if (typeof (value as { toJSON?: unknown }).toJSON === 'function' || ArrayBuffer.isView(value)) break;
      for (const member in value) {
        const held = (value as Readonly<Record<string, unknown>>)[member];
        if (held !== undefined) checkJson(held, depth + 1);
      }
      return;
  }
  throw new TypeError('a document is JSON: no Date, Buffer, function, bigint or NaN, at most 100 levels deep');
};
