/** Policy sets of many sizes, as an organization would come to write them: the starter set, and rules about single blueprints, groups, resource servers and hours. */

/** So many policies in all, those of `starter` among them. None of the others forbids what the bench asks for. */
export const policiesOf = (count: number, starter: string): string => {
  const own = starter.match(/^@id\(/gm)?.length ?? 0;
  const more = Array.from({ length: Math.max(0, count - own) }, (_, n) => RULES[n % RULES.length]?.(n) ?? '');
  return [starter, ...more].join('\n');
};

const RULES: readonly ((n: number) => string)[] = [
  (n) => `@id("rule-${n}")
@reason("This blueprint works at this service in the day.")
@max_seconds("900")
permit (principal in Blueprint::"bpt_${n}", action == Action::"act", resource in ResourceServer::"rs_${n}")
when { context.hour >= 6 && context.hour < 22 };`,
  (n) => `@id("rule-${n}")
@reason("Outside of production this service is only read.")
forbid (principal is Agent, action == Action::"act", resource in ResourceServer::"rs_${n}")
when { principal.environment != "production" && resource.risk != "low" };`,
  (n) => `@id("rule-${n}")
@reason("People of this group have it approved.")
@approval("required")
permit (principal is Agent, action == Action::"act", resource == Scope::"https://service-${n}.example.com write")
when { context has subject && context.subject in Group::"grp_${n}" };`,
  (n) => `@id("rule-${n}")
@reason("Long chains do not reach this service.")
forbid (principal, action == Action::"act", resource in ResourceServer::"rs_${n}")
when { context.depth > ${1 + (n % 4)} };`,
];
