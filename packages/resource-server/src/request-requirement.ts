import type { Requirement } from './requirement.ts';

/** What a route needs: always the same, or found from the request, such as the payment that it is about to make. */
export type RequirementOf<Request> = Requirement | ((request: Request) => Requirement | Promise<Requirement>);

/** The requirement for one request. Rejects with what the function throws, so that the request is not let through. */
export const requirementFor = async <Request>(
  requirement: RequirementOf<Request>,
  request: Request,
): Promise<Requirement> => (typeof requirement === 'function' ? requirement(request) : requirement);
