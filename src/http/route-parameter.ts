import type { Context } from 'koa';

/** A parameter of the path, as the router has read it; empty where the route has none of this name. */
export const routeParameter = (ctx: Context, name: string): string => {
  const params: unknown = Reflect.get(ctx, 'params');
  const value: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, name) : undefined;
  return typeof value === 'string' ? value : '';
};
