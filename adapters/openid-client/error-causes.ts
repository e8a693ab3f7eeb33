/** An error of openid-client and the errors that caused it, outermost first: five at most, which also ends a circle. */
export const causesOf = (error: unknown): readonly unknown[] => {
  const found: unknown[] = [];
  for (let at = error; at && found.length < 5; at = (at as { readonly cause?: unknown }).cause) found.push(at);
  return found;
};
