import type { Answer, Call } from './call.ts';
import type { Io, IoOf, Routes } from './route.ts';

export type Handler<T extends Io> = (call: Call<T>) => Promise<Answer<T['answer']>>;

/** One handler for each route. The compiler checks body and answer against the schemas of the route. */
export type Handlers<R extends Routes> = { readonly [operation in keyof R]: Handler<IoOf<R[operation]>> };

/** The complete management API of one noun. */
export type Resource<R extends Routes, D> = {
  readonly routes: R;
  /** Creates the handlers from the registries that they need. */
  readonly handlers: (dependencies: D) => Handlers<R>;
};

/** Combines the routes of a noun with their handlers. resource-table.ts lists the resources. */
export const resource = <R extends Routes, D>(routes: R, handlers: Resource<R, D>['handlers']): Resource<R, D> => ({
  routes,
  handlers,
});
