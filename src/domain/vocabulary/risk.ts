/** Severity of the misuse of a scope or detail. */
export type Risk = 'low' | 'medium' | 'high' | 'critical';
