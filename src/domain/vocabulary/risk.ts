/** How bad a misuse is. */
export type Risk = 'low' | 'medium' | 'high' | 'critical';
