/**
 * Every setting of the relay: its flag, its environment variable, its default and its help, in one
 * table. A flag wins over the environment, which wins over the default.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '@edge-issuer/shared'
import { parseGoDuration } from './core/go-duration.ts'
import { type AllowedDestination, parseAllowedDestination } from './net/destinations.ts'
import { checkEnvironment } from './net/environment.ts'

/** The settings of one run, complete. */
export interface Config {
  /** Path of a kubeconfig; empty for those of KUBECONFIG, else for the service account of the pod. */
  readonly kubeconfig: string
  /** The namespace of the Secrets and ServiceAccounts of ClusterIssuers; empty for the relay's own. */
  readonly clusterResourceNamespace: string
  /** The only namespace that is watched; empty for the whole cluster. */
  readonly watchNamespace: string
  /** Whether only one replica is active. */
  readonly leaderElect: boolean
  /** Name of the Lease, in the relay's own namespace. */
  readonly leaseName: string
  /** `host:port` or `:port`. */
  readonly healthProbeBindAddress: string
  /** As {@link healthProbeBindAddress}; `0` for no metrics. */
  readonly metricsBindAddress: string
  /** Whether metrics are served over TLS, and only to clients that RBAC permits. */
  readonly metricsSecure: boolean
  /** Folder of a TLS certificate; empty for one that is created at start. */
  readonly metricsCertDir: string
  /** Limit for each controller. */
  readonly maxConcurrentReconciles: number
  /** Limit for each issuer in each controller of requests. */
  readonly maxConcurrentReconcilesPerIssuer: number
  readonly healthCheckIntervalMs: number
  /** Destinations that Issuers may use besides public addresses. */
  readonly issuerUrlAllow: readonly AllowedDestination[]
  /** 0 for no limit. */
  readonly maxRetryMs: number
  /** While the worker or its ledger cannot be reached; 0 for no limit. Never below {@link maxRetryMs}. */
  readonly maxOutageRetryMs: number
  /** Whether Kubernetes' CertificateSigningRequests are signed as well. */
  readonly enableCertificateSigningRequests: boolean
  /** Whether cert-manager's annotations on CertificateSigningRequests apply. */
  readonly certificateSigningRequestAnnotations: boolean
  readonly logLevel: (typeof LOG_LEVELS)[number]
  readonly logFormat: (typeof LOG_FORMATS)[number]
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
const LOG_FORMATS = ['json', 'text'] as const
const BOOLEANS = ['true', 'false'] as const

/** May be given without a value, which means true. As in Go, a value needs the equals sign. */
const SWITCHES: ReadonlySet<string> = new Set([
  'certificate-signing-request-annotations',
  'enable-certificate-signing-requests',
  'leader-elect',
  'metrics-secure',
])

/** May be given several times. */
const LISTS: ReadonlySet<string> = new Set(['issuer-url-allow'])

/** A DNS label (RFC 1123), or nothing. */
const NAMESPACE = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$/u
/** A DNS subdomain (RFC 1123), as the API server requires for names. */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u
const MAX_OBJECT_NAME_LENGTH = 253

const MAX_CONCURRENT_RECONCILES = 256
const MIN_HEALTH_CHECK_INTERVAL_MS = 1_000

interface Setting {
  readonly default: string
  readonly help: string
}

const SETTINGS = {
  kubeconfig: {
    default: '',
    help: 'kubeconfig file; when empty, the files in KUBECONFIG, merged; without that, the service account of the pod',
  },
  'cluster-resource-namespace': {
    default: '',
    help: "namespace of the Secrets and ServiceAccounts of ClusterIssuers; the relay's own when empty",
  },
  'watch-namespace': {
    default: '',
    help: 'watch only the Issuers and CertificateRequests of this namespace, and no ClusterIssuers or CertificateSigningRequests; all namespaces when empty',
  },
  'leader-elect': {
    default: 'true',
    help: 'only one replica is active; the others are ready to take over',
  },
  'lease-name': {
    default: 'edge-issuer-relay',
    help: "name of the Lease for the leader election, in the relay's own namespace",
  },
  'health-probe-bind-address': { default: ':8081', help: 'address of /healthz and /readyz' },
  'metrics-bind-address': { default: ':8443', help: 'address of /metrics; 0 for none' },
  'metrics-secure': {
    default: 'true',
    help: 'serve /metrics over TLS, and only to clients that RBAC permits',
  },
  'metrics-cert-dir': {
    default: '',
    help: 'folder with tls.crt and tls.key for /metrics; when empty, a self-signed certificate is created at start',
  },
  'max-concurrent-reconciles': {
    default: '16',
    help: 'concurrent reconciles for each kind of object; one namespace uses at most a quarter, and a quarter each is reserved for requests of ClusterIssuers and of Issuers',
  },
  'max-concurrent-reconciles-per-issuer': {
    default: '4',
    help: 'concurrent reconciles of requests of one kind for each Issuer or ClusterIssuer; issuers take turns. An issuer that responds within a second may use more, up to half of the workers, while they are idle',
  },
  'health-check-interval': { default: '60s', help: 'time between checks of a ready issuer, ±10 %' },
  'issuer-url-allow': {
    default: '',
    help: 'destinations that Issuers may use besides public addresses, separated by commas or in several flags: hosts (ca.example.com), domains (.example.com, every name below) and networks (10.0.0.0/8, checked against the address of the connection); ClusterIssuers may use any destination',
  },
  'max-retry-duration': {
    default: '1h',
    help: 'how long a request is retried after temporary errors before it fails; 0 for no limit',
  },
  'max-outage-retry-duration': {
    default: '24h',
    help: 'the same while the worker or its ledger is unreachable; at least --max-retry-duration; 0 for no limit',
  },
  'enable-certificate-signing-requests': {
    default: 'true',
    help: "also sign Kubernetes' CertificateSigningRequests, for ClusterIssuers",
  },
  'certificate-signing-request-annotations': {
    default: 'false',
    help: "let cert-manager's annotations on CertificateSigningRequests set the duration and ask for a CA certificate: anyone who may update these requests can change the annotations after the approval",
  },
  'log-level': { default: 'info', help: LOG_LEVELS.join(', ') },
  'log-format': { default: 'json', help: LOG_FORMATS.join(', ') },
} as const satisfies Record<string, Setting>

type Flag = keyof typeof SETTINGS

const FLAGS = Object.keys(SETTINGS).filter((name): name is Flag => Object.hasOwn(SETTINGS, name))

const variableOf = (flag: Flag): string => `EDGE_ISSUER_${flag.replaceAll('-', '_').toUpperCase()}`

/** What `--help` prints. */
export function helpText(): string {
  const lines = FLAGS.flatMap((flag) => [
    `  --${flag} (${variableOf(flag)}; default ${JSON.stringify(SETTINGS[flag].default)})`,
    `      ${SETTINGS[flag].help}`,
  ])
  return [
    'edge-issuer relay: signs approved CertificateRequests and CertificateSigningRequests through a signing worker.',
    '',
    'Usage: relay [flags]',
    '',
    ...lines,
    '  --help',
    '      print this text',
    '',
  ].join('\n')
}

/**
 * @param args - The command line, without the program.
 * @returns The settings, or all errors, each with the flag and the variable; `'help'` for `--help`.
 */
export function readConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Result<Config | 'help', readonly string[]> {
  const parsed = parseFlags(args)
  if (!parsed.ok) return err([parsed.error])
  if (parsed.value['help'] === true) return ok('help')
  const errors = [...checkEnvironment(environment)]
  const text = (flag: Flag): string => {
    const given = parsed.value[flag]
    if (Array.isArray(given)) return given.join()
    return typeof given === 'string'
      ? given
      : (environment[variableOf(flag)] ?? SETTINGS[flag].default)
  }
  const refuse = (flag: Flag, expected: string): void => {
    errors.push(
      `--${flag} (or ${variableOf(flag)}) is ${JSON.stringify(text(flag))}; expected ${expected}`,
    )
  }
  const durationMs = (flag: Flag, minimumMs: number): number => {
    const ms = parseGoDuration(text(flag))
    if (ms !== undefined && ms >= minimumMs) return ms
    refuse(flag, `a duration of at least ${String(minimumMs / 1000)}s such as 1m30s`)
    return minimumMs
  }
  const choice = <T extends string>(flag: Flag, choices: readonly [T, ...T[]]): T => {
    const found = choices.find((one) => one === text(flag))
    if (found === undefined) refuse(flag, `one of ${choices.join(', ')}`)
    return found ?? choices[0]
  }
  const count = (flag: Flag, maximum: number): number => {
    const number = Number(text(flag))
    if (Number.isInteger(number) && number >= 1 && number <= maximum) return number
    refuse(flag, `a number from 1 to ${String(maximum)}`)
    return 1
  }
  const address = (flag: Flag): string => {
    if (!/^(\[[0-9a-fA-F:]+\]|[^:[\]\s]*):\d{1,5}$/.test(text(flag)))
      refuse(flag, 'host:port or :port')
    return text(flag)
  }
  const objectName = (flag: Flag): string => {
    const name = text(flag)
    if (name.length > MAX_OBJECT_NAME_LENGTH || !OBJECT_NAME.test(name))
      refuse(flag, 'the name of an object')
    return name
  }
  const namespace = (flag: Flag): string => {
    if (!NAMESPACE.test(text(flag))) refuse(flag, 'the name of a namespace')
    return text(flag)
  }
  const destinations = (flag: Flag): readonly AllowedDestination[] =>
    text(flag)
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .flatMap((entry) => {
        const destination = parseAllowedDestination(entry)
        if (destination.ok) return [destination.value]
        errors.push(
          `--${flag} (or ${variableOf(flag)}) has ${JSON.stringify(entry)}; expected ${destination.error}`,
        )
        return []
      })
  const maxRetryMs = durationMs('max-retry-duration', 0)
  const config: Config = {
    kubeconfig: text('kubeconfig'),
    clusterResourceNamespace: text('cluster-resource-namespace'),
    watchNamespace: namespace('watch-namespace'),
    leaderElect: choice('leader-elect', BOOLEANS) === 'true',
    leaseName: objectName('lease-name'),
    healthProbeBindAddress: address('health-probe-bind-address'),
    metricsBindAddress:
      text('metrics-bind-address') === '0' ? '0' : address('metrics-bind-address'),
    metricsSecure: choice('metrics-secure', BOOLEANS) === 'true',
    metricsCertDir: text('metrics-cert-dir'),
    maxConcurrentReconciles: count('max-concurrent-reconciles', MAX_CONCURRENT_RECONCILES),
    maxConcurrentReconcilesPerIssuer: count(
      'max-concurrent-reconciles-per-issuer',
      MAX_CONCURRENT_RECONCILES,
    ),
    healthCheckIntervalMs: durationMs('health-check-interval', MIN_HEALTH_CHECK_INTERVAL_MS),
    issuerUrlAllow: destinations('issuer-url-allow'),
    maxRetryMs,
    maxOutageRetryMs: longerLimit(maxRetryMs, durationMs('max-outage-retry-duration', 0)),
    enableCertificateSigningRequests:
      choice('enable-certificate-signing-requests', BOOLEANS) === 'true',
    certificateSigningRequestAnnotations:
      choice('certificate-signing-request-annotations', BOOLEANS) === 'true',
    logLevel: choice('log-level', LOG_LEVELS),
    logFormat: choice('log-format', LOG_FORMATS),
  }
  return errors.length === 0 ? ok(Object.freeze(config)) : err(errors)
}

/** 0 is no limit, and so the longest. */
const longerLimit = (one: number, other: number): number =>
  one === 0 || other === 0 ? 0 : Math.max(one, other)

function parseFlags(
  args: readonly string[],
): Result<
  Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>,
  string
> {
  const strings = Object.fromEntries(
    FLAGS.map((flag) => [flag, { type: 'string', multiple: LISTS.has(flag) } as const]),
  )
  try {
    const { values } = parseArgs({
      args: args.map((arg) => (SWITCHES.has(arg.replace(/^--/, '')) ? `${arg}=true` : arg)),
      options: { ...strings, help: { type: 'boolean' } },
      strict: true,
    })
    return ok(values)
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error))
  }
}
