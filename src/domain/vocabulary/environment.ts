/** Where an agent runs, and which agents a resource server or a blueprint is for. */
export const ENVIRONMENTS = ['development', 'test', 'production'] as const;

export type Environment = (typeof ENVIRONMENTS)[number];
