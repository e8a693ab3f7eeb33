import type { Metric } from 'prom-client';

/** Records how long one operation took, in seconds. */
export type Series = (seconds: number) => void;

/** A histogram of durations. */
export interface Durations {
  /** The metric to register. */
  readonly metric: Metric;

  /** Returns a recorder for these labels, which come from a closed set. Call it once for each set of labels. */
  series(labels: Readonly<Record<string, string>>): Series;
}

/**
 * A histogram for operations that happen many times in each request. It binds labels once, so that recording a duration is a
 * few additions; prom-client creates and sorts a key of the labels each time.
 */
export const durations = ({
  name,
  help,
  buckets,
}: {
  readonly name: string;
  readonly help: string;
  /** Upper ends in seconds, ascending. */
  readonly buckets: readonly number[];
}): Durations => {
  const all: { readonly labels: Readonly<Record<string, string>>; readonly counts: number[]; sum: number }[] = [];

  const values = () =>
    all.flatMap(({ labels, counts, sum }) => {
      let count = 0;
      // Leaves out operations that never happened: most collections have only some of them.
      if (counts.every((each) => each === 0)) return [];
      const cumulated = counts.map((each, index) => {
        count += each;
        return { metricName: `${name}_bucket`, labels: { ...labels, le: buckets[index] ?? '+Inf' }, value: count };
      });
      return [
        ...cumulated,
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });

  return {
    metric: {
      name,
      help,
      get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: values() }),
    } as unknown as Metric,

    series(labels: Readonly<Record<string, string>>): Series {
      const one = { labels, counts: Array.from({ length: buckets.length + 1 }, () => 0), sum: 0 };
      all.push(one);
      return (seconds) => {
        let bucket = 0;
        while (bucket < buckets.length && seconds > Number(buckets[bucket])) bucket += 1;
        one.counts[bucket] = (one.counts[bucket] ?? 0) + 1;
        one.sum += seconds;
      };
    },
  };
};
