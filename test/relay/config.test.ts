import { describe, it } from 'vitest'
import { helpText, readConfig } from '../../relay/src/config.ts'

const DEFAULTS = {
  kubeconfig: '',
  clusterResourceNamespace: '',
  watchNamespace: '',
  leaderElect: true,
  leaseName: 'edge-issuer-relay',
  healthProbeBindAddress: ':8081',
  metricsBindAddress: ':8443',
  metricsSecure: true,
  metricsCertDir: '',
  maxConcurrentReconciles: 16,
  maxConcurrentReconcilesPerIssuer: 4,
  healthCheckIntervalMs: 60_000,
  issuerUrlAllow: [],
  maxRetryMs: 3_600_000,
  maxOutageRetryMs: 86_400_000,
  enableCertificateSigningRequests: true,
  certificateSigningRequestAnnotations: false,
  logLevel: 'info',
  logFormat: 'json',
}

describe('readConfig', () => {
  it('has a default for everything', ({ expect }) => {
    expect(readConfig([], {})).toEqual({ ok: true, value: DEFAULTS })
  })

  it('takes a flag before the environment before the default', ({ expect }) => {
    const environment = { EDGE_ISSUER_LOG_LEVEL: 'warn', EDGE_ISSUER_MAX_RETRY_DURATION: '0' }
    expect(readConfig(['--log-level', 'debug'], environment)).toEqual({
      ok: true,
      value: { ...DEFAULTS, logLevel: 'debug', maxRetryMs: 0, maxOutageRetryMs: 0 },
    })
  })

  it.for([
    [{ HTTPS_PROXY: 'http://user:hunter2@' }, 'HTTPS_PROXY'],
    [{ https_proxy: 'socks5://proxy:1080' }, 'https_proxy'],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_TLS_REJECT_UNAUTHORIZED'],
  ] as const)('refuses %j and names %s', ([environment, name], { expect }) => {
    const config = readConfig([], environment)
    expect(config).toMatchObject({ ok: false, error: [expect.stringContaining(` ${name} `)] })
    expect(JSON.stringify(config)).not.toContain('hunter2')
  })

  it.for([
    { HTTPS_PROXY: '10.1.2.3:3128' },
    { HTTPS_PROXY: '' },
    { NODE_TLS_REJECT_UNAUTHORIZED: '1' },
  ])('takes %j', (environment, { expect }) => {
    expect(readConfig([], environment)).toEqual({ ok: true, value: DEFAULTS })
  })

  it.for([
    { args: ['--enable-certificate-signing-requests=false'], want: false },
    { args: ['--enable-certificate-signing-requests=true'], want: true },
    { args: ['--enable-certificate-signing-requests'], want: true },
  ])('$args is $want', ({ args, want }, { expect }) => {
    const environment = { EDGE_ISSUER_ENABLE_CERTIFICATE_SIGNING_REQUESTS: 'false' }
    expect(readConfig(args, environment)).toEqual({
      ok: true,
      value: { ...DEFAULTS, enableCertificateSigningRequests: want },
    })
  })

  it.for([
    { args: ['--leader-elect'], want: true },
    { args: ['--leader-elect=true'], want: true },
    { args: ['--leader-elect=false'], want: false },
    { args: ['--leader-elect', '--log-level', 'debug'], want: true },
  ])('takes a switch as $args', ({ args, want }, { expect }) => {
    const config = readConfig(args, { EDGE_ISSUER_LEADER_ELECT: 'false' })
    expect(config).toMatchObject({ ok: true, value: { leaderElect: want } })
  })

  it.for([
    { args: ['--issuer-url-allow=.example.com,10.0.0.0/8'] },
    { args: ['--issuer-url-allow', '.example.com', '--issuer-url-allow', '10.0.0.0/8'] },
    { args: ['--issuer-url-allow= .example.com , ,10.0.0.0/8,'] },
    { args: [], environment: { EDGE_ISSUER_ISSUER_URL_ALLOW: '.example.com,10.0.0.0/8' } },
  ])('takes a list as $args $environment', ({ args, environment = {} }, { expect }) => {
    expect(readConfig(args, environment)).toMatchObject({
      ok: true,
      value: {
        issuerUrlAllow: [
          { kind: 'domain', name: 'example.com' },
          { kind: 'network', address: '10.0.0.0', bits: 8 },
        ],
      },
    })
  })

  it('names each entry of a list that is wrong', ({ expect }) => {
    expect(readConfig(['--issuer-url-allow=a.test:443,10.0.0.0/8,*.b.test'], {})).toEqual({
      ok: false,
      error: ['a.test:443', '*.b.test'].map(
        (entry) =>
          `--issuer-url-allow (or EDGE_ISSUER_ISSUER_URL_ALLOW) has "${entry}"; expected hosts without a port (ca.example.com), domains (.example.com) or networks (10.0.0.0/8)`,
      ),
    })
  })

  it('takes 0 for no metrics', ({ expect }) => {
    expect(readConfig(['--metrics-bind-address=0', '--metrics-secure=false'], {})).toEqual({
      ok: true,
      value: { ...DEFAULTS, metricsBindAddress: '0', metricsSecure: false },
    })
  })

  it.for([
    { args: ['--metrics-bind-address=00'], want: 'expected host:port or :port' },
    { args: ['--leader-elect=yes'], want: 'expected one of true, false' },
    { args: ['--leader-elect', 'false'], want: 'false' },
    { args: ['--watch-namespace=Team'], want: 'expected the name of a namespace' },
    { args: [`--watch-namespace=${'a'.repeat(64)}`], want: 'expected the name of a namespace' },
    { args: ['--watch-namespace=team-a,team-b'], want: 'expected the name of a namespace' },
    { args: ['--lease-name=Relay'], want: 'expected the name of an object' },
    { args: [`--lease-name=${'a'.repeat(254)}`], want: 'expected the name of an object' },
    {
      args: ['--log-level=loud'],
      want: '--log-level (or EDGE_ISSUER_LOG_LEVEL) is "loud"; expected one of',
    },
    { args: ['--max-concurrent-reconciles=0'], want: 'expected a number from 1 to 256' },
    { args: ['--max-concurrent-reconciles-per-issuer=0'], want: 'expected a number from 1 to 256' },
    {
      args: ['--max-concurrent-reconciles-per-issuer=257'],
      want: 'expected a number from 1 to 256',
    },
    { args: ['--max-concurrent-reconciles=257'], want: 'expected a number from 1 to 256' },
    { args: ['--health-check-interval=999ms'], want: 'expected a duration of at least 1s' },
    { args: ['--max-outage-retry-duration=-1h'], want: 'expected a duration of at least 0s' },
    { args: ['--max-retry-duration=1d'], want: 'expected a duration of at least 0s' },
    { args: ['--health-probe-bind-address=8081'], want: 'expected host:port or :port' },
    { args: ['--enable-certificate-signing-requests=yes'], want: 'expected one of true, false' },
    { args: ['--verbose'], want: '--verbose' },
    { args: ['extra'], want: 'extra' },
  ])('refuses $args', ({ args, want }, { expect }) => {
    const config = readConfig(args, {})
    expect(!config.ok && config.error.join('\n')).toContain(want)
  })

  it.for([
    { args: ['--watch-namespace=a'], want: 'a' },
    { args: [`--watch-namespace=${'a'.repeat(63)}`], want: 'a'.repeat(63) },
    { args: [], want: 'team' },
  ])('watches the namespace of $args', ({ args, want }, { expect }) => {
    const config = readConfig(args, { EDGE_ISSUER_WATCH_NAMESPACE: 'team' })
    expect(config).toMatchObject({ ok: true, value: { watchNamespace: want } })
  })

  it.for([
    {
      args: ['--max-outage-retry-duration=6h'],
      want: { maxRetryMs: 3.6e6, maxOutageRetryMs: 2.16e7 },
    },
    {
      args: ['--max-retry-duration=48h'],
      want: { maxRetryMs: 1.728e8, maxOutageRetryMs: 1.728e8 },
    },
    { args: ['--max-retry-duration=0'], want: { maxRetryMs: 0, maxOutageRetryMs: 0 } },
    { args: ['--max-outage-retry-duration=0'], want: { maxRetryMs: 3.6e6, maxOutageRetryMs: 0 } },
  ])('retries in an outage never shorter than otherwise: $args', ({ args, want }, { expect }) => {
    expect(readConfig(args, {})).toMatchObject({ ok: true, value: want })
  })

  it('lists all errors at once', ({ expect }) => {
    const config = readConfig(['--log-level=loud', '--log-format=xml'], {})
    expect(!config.ok && config.error).toHaveLength(2)
  })

  it('asks for help before it complains', ({ expect }) => {
    expect(readConfig(['--help', '--log-level=loud'], {})).toEqual({ ok: true, value: 'help' })
  })
})

it('the help names every flag with its variable and its default', ({ expect }) => {
  const flags = Object.keys(DEFAULTS).length
  expect(helpText().match(/--[a-z-]+ \(EDGE_ISSUER_[A-Z_]+; default "/g)).toHaveLength(flags)
})
