/** One question for all that wait for the same answer. A question that was already under way answers none of them. */
export const joinedAsks = <K, V>(ask: (key: K) => Promise<V>): ((key: K) => Promise<V>) => {
  const asking = new Map<K, { readonly answer: Promise<unknown>; next: Promise<V> | undefined }>();
  const begin = (key: K): Promise<V> => {
    const answer = ask(key).finally(() => {
      if (asking.get(key)?.next === undefined) asking.delete(key);
    });
    asking.set(key, { answer: answer.catch(() => undefined), next: undefined });
    return answer;
  };
  return (key) => {
    const current = asking.get(key);
    if (current === undefined) return begin(key);
    current.next ??= current.answer.then(() => begin(key));
    return current.next;
  };
};
