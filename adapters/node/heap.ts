import { getHeapStatistics } from 'node:v8';

/** Bytes that the heap of this process may have: set by `--max-old-space-size`, or else by the memory of the machine or container. */
export const heapLimit = (): number => getHeapStatistics().heap_size_limit;
