/** The rules for what runs in containers: each answers what is wrong, in a few words. Used by deploy.test.ts. */

type Service = {
  readonly image: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly cpus?: number;
  readonly pids_limit?: number;
  readonly restart?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
};

export type ComposeFile = {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file?: string }>>;
  readonly volumes: Readonly<Record<string, object>>;
  readonly networks: Readonly<
    Record<
      string,
      { readonly internal?: boolean; readonly ipam?: { readonly config: readonly { readonly subnet: string }[] } }
    >
  >;
};

/** An image with a version of three numbers: what was tested is what runs. */
const isPinned = (image: string): boolean => /:\d+\.\d+\.\d+(?:-[\w.]+)?(?:@sha256:[0-9a-f]{64})?$/.test(image);

/** Names under which a value would be a secret, unless it is the path of a file. */
const SECRET_NAME = /PASSWORD|SECRET|TOKEN|MASTERKEY|(?:MONGODB|POSTGRESQL|REDIS).*URL|CREDENTIAL/i;
const isInlineSecret = ([name, value]: readonly [string, string]): boolean =>
  SECRET_NAME.test(name) && !(/FILE$/.test(name) && value.startsWith('/run/secrets/'));

type Rule<T> = readonly [fault: string, isBroken: (one: T) => boolean];

const broken = <T>(name: string, one: T, rules: readonly Rule<T>[]): readonly string[] =>
  rules.filter(([, isBroken]) => isBroken(one)).map(([fault]) => `${name}: ${fault}`);

export const composeFaults = ({ services, secrets, volumes, networks }: ComposeFile): readonly string[] => {
  const rules: readonly Rule<Service>[] = [
    ['the image has no version', ({ image }) => !isPinned(image)],
    ['runs as root', ({ user }) => !/^[1-9]\d*:[1-9]\d*$/.test(user ?? '')],
    ['can write its root file system', ({ read_only }) => read_only !== true],
    ['is privileged', ({ privileged, cap_add }) => privileged === true || cap_add !== undefined],
    ['keeps capabilities', ({ cap_drop }) => cap_drop?.[0] !== 'ALL'],
    ['may gain privileges', ({ security_opt }) => !security_opt?.includes('no-new-privileges:true')],
    ['has no limit', ({ mem_limit, cpus, pids_limit }) => !mem_limit || !cpus || !pids_limit],
    // What runs once and ends has no health.
    ['has no health check', ({ healthcheck, restart }) => !healthcheck && restart !== 'on-failure'],
    ['has a secret in its environment', ({ environment = {} }) => Object.entries(environment).some(isInlineSecret)],
    [
      'names a secret that is not there',
      ({ secrets: used = [] }) => used.some((name) => !Object.hasOwn(secrets, name)),
    ],
    [
      'names a volume that is not there',
      ({ volumes: used = [] }) =>
        used
          .map((one) => one.split(':')[0] ?? '')
          .some((name) => !name.startsWith('./') && !Object.hasOwn(volumes, name)),
    ],
    [
      'names a network that is not there',
      ({ networks: used = [] }) => used.length === 0 || used.some((name) => !networks[name]),
    ],
    ['is reached from outside', ({ ports, secrets: used = [] }) => ports !== undefined && !used.includes('tls_key')],
  ];
  return [
    ...Object.entries(services).flatMap(([name, service]) => broken(name, service, rules)),
    ...Object.entries(secrets)
      .filter(([, secret]) => Object.keys(secret).join() !== 'file')
      .map(([name]) => `${name}: is no file`),
    ...['front', 'stores'].filter((name) => networks[name]?.internal !== true).map((name) => `${name}: leads outside`),
  ];
};

type Labels = Readonly<Record<string, string>>;
type Probe = { readonly httpGet?: { readonly path: string; readonly port: string | number } };
type Container = {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef?: object };
  }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly privileged?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
  readonly resources?: { readonly requests?: Labels; readonly limits?: Labels };
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
};
type PodTemplate = {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly automountServiceAccountToken?: boolean;
    readonly hostNetwork?: boolean;
    readonly securityContext?: {
      readonly runAsNonRoot?: boolean;
      readonly runAsUser?: number;
      readonly seccompProfile?: { readonly type: string };
    };
    readonly containers: readonly Container[];
    readonly volumes?: readonly {
      readonly name: string;
      readonly secret?: { readonly secretName: string };
      readonly hostPath?: object;
    }[];
  };
};
type Selector = { readonly matchLabels: Labels };
export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Labels;
  readonly spec?: {
    readonly template?: PodTemplate;
    readonly selector?: Selector | Labels;
    readonly podSelector?: Selector;
    readonly policyTypes?: readonly string[];
    readonly ports?: readonly { readonly targetPort: string }[];
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
};

/** Kinds that are used here, and the version of the API that has them. */
const KINDS: Readonly<Record<string, string>> = {
  Namespace: 'v1',
  ServiceAccount: 'v1',
  ConfigMap: 'v1',
  Service: 'v1',
  StatefulSet: 'apps/v1',
  PodDisruptionBudget: 'policy/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
};

export const podTemplates = (manifests: readonly Manifest[]): readonly PodTemplate[] =>
  manifests.flatMap(({ spec }) => (spec?.template ? [spec.template] : []));

const PROBES: readonly (readonly ['startupProbe' | 'livenessProbe' | 'readinessProbe', string])[] = [
  ['startupProbe', '/readyz'],
  ['livenessProbe', '/healthz'],
  ['readinessProbe', '/readyz'],
];

const containerRules = (mountable: ReadonlySet<string>): readonly Rule<Container>[] => [
  ['the image has no version', ({ image }) => !isPinned(image)],
  [
    'has no limits',
    ({ resources }) => !resources?.limits?.['cpu'] || !resources.limits['memory'] || !resources.requests,
  ],
  ...PROBES.map(
    ([probe, path]): Rule<Container> => [
      `has no ${probe} of a port of its own at ${path}`,
      (one) => {
        const asked = one[probe]?.httpGet;
        return asked?.path !== path || !one.ports?.some(({ name }) => name === asked.port);
      },
    ],
  ),
  ['can write its root file system', ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true],
  [
    'may gain privileges',
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false || securityContext.privileged === true,
  ],
  [
    'keeps capabilities',
    ({ securityContext }) =>
      securityContext?.capabilities?.drop?.[0] !== 'ALL' || securityContext.capabilities.add !== undefined,
  ],
  [
    'has a secret in its environment',
    ({ env = [] }) =>
      env.some(
        ({ name, value = '', valueFrom }) => valueFrom?.secretKeyRef !== undefined || isInlineSecret([name, value]),
      ),
  ],
  ['mounts what is not there', ({ volumeMounts = [] }) => volumeMounts.some(({ name }) => !mountable.has(name))],
];

const podRules: readonly Rule<PodTemplate['spec']>[] = [
  ['runs as root', ({ securityContext }) => securityContext?.runAsNonRoot !== true || !securityContext.runAsUser],
  ['has no seccomp profile', ({ securityContext }) => securityContext?.seccompProfile?.type !== 'RuntimeDefault'],
  ['has a token of the API server', ({ automountServiceAccountToken }) => automountServiceAccountToken !== false],
  [
    'shares what is of the machine',
    ({ hostNetwork, volumes = [] }) => hostNetwork === true || volumes.some(({ hostPath }) => hostPath),
  ],
];

const selects = (labels: Labels | undefined, of: Labels): boolean =>
  labels !== undefined &&
  Object.keys(labels).length > 0 &&
  Object.entries(labels).every(([name, value]) => of[name] === value);

export const kubernetesFaults = (manifests: readonly Manifest[]): readonly string[] => {
  const templates = podTemplates(manifests);
  const ports = new Set(
    templates.flatMap(({ spec }) => spec.containers.flatMap((one) => one.ports ?? []).map(({ name }) => name)),
  );
  const named = (manifest: Manifest): string => `${manifest.kind} ${manifest.metadata.name}`;
  const labelsOf = ({ kind, spec }: Manifest): Labels | undefined => {
    if (kind === 'NetworkPolicy') return spec?.podSelector?.matchLabels;
    const selector = spec?.selector;
    return (selector as Selector | undefined)?.matchLabels ?? (selector as Labels | undefined);
  };
  const faults = manifests.flatMap((manifest) => {
    const { apiVersion, kind, metadata, spec } = manifest;
    const selecting = ['StatefulSet', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'].includes(kind);
    const mountable = new Set([
      ...(spec?.template?.spec.volumes ?? []).map(({ name }) => name),
      ...(spec?.volumeClaimTemplates ?? []).map((claim) => claim.metadata.name),
    ]);
    return [
      ...(kind === 'Secret' ? ['a secret is made from files, never written down'] : []),
      ...(kind !== 'Secret' && KINDS[kind] !== apiVersion ? [`${apiVersion} has no such kind`] : []),
      ...(kind !== 'Namespace' && metadata.namespace !== 'behalf' ? ['is in no namespace of ours'] : []),
      ...(selecting && !templates.some((template) => selects(labelsOf(manifest), template.metadata.labels))
        ? ['selects nothing']
        : []),
      ...(kind === 'Service' && spec?.ports?.some(({ targetPort }) => !ports.has(targetPort))
        ? ['leads to no port']
        : []),
      ...(kind === 'NetworkPolicy' && spec?.policyTypes?.join() !== 'Ingress,Egress'
        ? ['lets one direction go free']
        : []),
      ...(spec?.template ? broken('pods', spec.template.spec, podRules) : []),
      ...(spec?.template?.spec.containers ?? []).flatMap((one) => broken(one.name, one, containerRules(mountable))),
    ].map((fault) => `${named(manifest)}: ${fault}`);
  });
  const missing = ['StatefulSet', 'Service', 'PodDisruptionBudget', 'NetworkPolicy', 'ConfigMap'].filter(
    (kind) => !manifests.some((one) => one.kind === kind),
  );
  return [...faults, ...missing.map((kind) => `there is no ${kind}`)];
};
