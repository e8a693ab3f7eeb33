/**
 * The domain of a URL: the last two labels of its host. Whoever has it has any number of hosts below it, so budgets count
 * by it. Without a list of public suffixes: holders of hosts below `co.uk` or a hosting provider share one.
 */
export const webDomain = (url: string): string => new URL(url).hostname.split('.').slice(-2).join('.');
