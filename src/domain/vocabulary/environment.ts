/** The environment in which an agent runs, or for which a resource server or a blueprint is meant. */
export const ENVIRONMENTS = ['development', 'test', 'production'] as const;

export type Environment = (typeof ENVIRONMENTS)[number];
