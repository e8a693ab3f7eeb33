import { canonicalJson } from '../../vocabulary/canonical-json.ts';
import { COMPLEX_MEMBERS, type ComplexSubject, type SubjectIdentifier } from '../subject-identifiers.ts';

/** Whether two identifiers have the same members. */
export const areIdentical = (one: SubjectIdentifier, other: SubjectIdentifier): boolean =>
  canonicalJson(one) === canonicalJson(other);

/**
 * Whether an event about one subject belongs to a stream to which the other one was added (SSF 1.0 §8.1.3.1): simple
 * subjects are identical; of complex subjects, each member that both have is identical.
 *
 * The specification is silent about a simple and a complex subject: here they match if the simple one is identical to a
 * member of the complex one. A receiver that knows only a person can so follow the agents that act for that person.
 */
export const subjectsMatch = (one: SubjectIdentifier, other: SubjectIdentifier): boolean => {
  if (one.format === 'complex' && other.format === 'complex') return membersMatch(one, other);
  if (one.format === 'complex') return hasMember(one, other);
  return other.format === 'complex' ? hasMember(other, one) : areIdentical(one, other);
};

const membersMatch = (one: ComplexSubject, other: ComplexSubject): boolean =>
  COMPLEX_MEMBERS.every((name) => {
    const [mine, theirs] = [one[name], other[name]];
    return mine === undefined || theirs === undefined || areIdentical(mine, theirs);
  });

const hasMember = (complex: ComplexSubject, simple: SubjectIdentifier): boolean =>
  COMPLEX_MEMBERS.some((name) => {
    const member = complex[name];
    return member !== undefined && areIdentical(member, simple);
  });
