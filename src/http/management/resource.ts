import type { Answer, Call } from './call.ts';
import type { Io, IoOf, Routes } from './route.ts';

export type Handler<T extends Io> = (call: Call<T>) => Promise<Answer<T['answer']>>;

/** One handler for each route; the compiler checks body and answer against the schemas that the route names. */
export type Handlers<R extends Routes> = { readonly [operation in keyof R]: Handler<IoOf<R[operation]>> };

/** All of the management API about one noun. */
export type Resource<R extends Routes, D> = {
  readonly routes: R;
  /** The handlers over the registries that they need. */
  readonly handlers: (dependencies: D) => Handlers<R>;
};

/** Ties the routes of a noun to their handlers. resource-table.ts lists the resources. */
export const resource = <R extends Routes, D>(routes: R, handlers: Resource<R, D>['handlers']): Resource<R, D> => ({
  routes,
  handlers,
});
