/** Lines of a log, many in a write: a write for each request would cost as much as its decision. */

export interface LogLines {
  add(entry: Readonly<Record<string, unknown>>): void;
  /** Writes what waits. */
  flush(): void;
}

const LONGEST_WAIT_MILLISECONDS = 50;
const MOST_CHARACTERS = 65_536;

/** Each entry is one JSON object a line, with the time at which it was added. A line waits up to 50 milliseconds. */
export const logLines = (write: (text: string) => void, nowMillis: () => number): LogLines => {
  /** A list: a text that grows by each line is a chain of all its parts. */
  let pending: string[] = [];
  let characters = 0;
  let timer: NodeJS.Timeout | undefined;
  let second = Number.NaN;
  let upToSecond = '';
  const timeOf = (millis: number): string => {
    const now = Math.floor(millis / 1000);
    if (now !== second) upToSecond = new Date(now * 1000).toISOString().slice(0, -4);
    second = now;
    return `${upToSecond}${String(Math.floor(millis) - now * 1000).padStart(3, '0')}Z`;
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const lines = pending;
    pending = [];
    characters = 0;
    if (lines.length > 0) write(lines.join(''));
  };
  return {
    add(entry) {
      const members = JSON.stringify(entry).slice(1);
      const line = `{"time":"${timeOf(nowMillis())}"${members === '}' ? '' : ','}${members}\n`;
      pending.push(line);
      characters += line.length;
      if (characters > MOST_CHARACTERS) flush();
      else timer ??= setTimeout(flush, LONGEST_WAIT_MILLISECONDS);
    },
    flush,
  };
};
