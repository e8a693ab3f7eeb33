/**
 * Log records as readable lines: one for each request, none wider than the terminal. Reads the JSON lines that pino
 * writes.
 */

type Output = { write(text: string): unknown; readonly columns?: number | undefined };

type LogRecord = Readonly<Record<string, unknown>> & { readonly level: number; readonly time: number };

const WARN = 40;
const ERROR = 50;
/** Members of every record, or shown elsewhere in the line. */
const SHOWN = new Set(['level', 'time', 'event', 'msg', 'err']);
const FIRST_REFUSAL = 400;

/**
 * A destination for pino. Successful requests for the parts of a page (`/assets/`) are left out: a page has many of
 * them. The id of a request is shown when it was refused, because then its audit events are looked up.
 */
export const terminalLines = (output: Output): { write(line: string): void } => ({
  write(line) {
    const text = lineOf(JSON.parse(line) as LogRecord);
    if (text === undefined) return;
    const [first = '', ...rest] = text.map(printable);
    const width = output.columns ?? 0;
    output.write(
      `${[width > 0 && first.length > width ? `${first.slice(0, width - 1)}…` : first, ...rest].join('\n')}\n`,
    );
  },
});

const lineOf = (record: LogRecord): readonly string[] | undefined =>
  record['event'] === 'request' ? requestLine(record) : otherLines(record);

const requestLine = (record: LogRecord): readonly string[] | undefined => {
  const { method, path, status, ms, source, request } = record;
  const isRefused = Number(status) >= FIRST_REFUSAL;
  if (!isRefused && String(path).startsWith('/assets/')) return undefined;
  const parts = [timeOf(record), String(status), String(method).padEnd(4), path, `${ms} ms`, source];
  return [[...parts, ...(isRefused ? [request] : [])].filter((part) => part !== undefined).join('  ')];
};

const otherLines = (record: LogRecord): readonly string[] => {
  const { level, event, msg, err } = record;
  const { message, stack } = (err ?? {}) as { readonly message?: string; readonly stack?: string };
  const more = Object.entries(record)
    .filter(([name]) => !SHOWN.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const severity = level >= ERROR ? 'ERROR' : level >= WARN ? 'WARN' : undefined;
  const parts = [timeOf(record), severity, event, msg, message, ...more];
  const first = parts.filter((part) => part !== undefined).join('  ');
  return [first, ...(stack?.split('\n').slice(1) ?? [])];
};

const timeOf = ({ time }: LogRecord): string => {
  const at = new Date(time);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
};

/** Escapes text that others chose, such as a path, so that it does not control the terminal. */
const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
