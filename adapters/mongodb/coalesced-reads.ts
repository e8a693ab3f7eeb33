/** One read for all callers that wait for the same key. None of them gets the answer of a read that had begun before its call. */
export const coalescedReads = <K, V>(read: (key: K) => Promise<V>): ((key: K) => Promise<V>) => {
  const underWay = new Map<K, { readonly answer: Promise<unknown>; next: Promise<V> | undefined }>();
  const begin = (key: K): Promise<V> => {
    const answer = read(key).finally(() => {
      if (underWay.get(key)?.next === undefined) underWay.delete(key);
    });
    underWay.set(key, { answer: answer.catch(() => undefined), next: undefined });
    return answer;
  };
  return (key) => {
    const current = underWay.get(key);
    if (current === undefined) return begin(key);
    current.next ??= current.answer.then(() => begin(key));
    return current.next;
  };
};
