/** Severity of a misuse. */
export type Risk = 'low' | 'medium' | 'high' | 'critical';
