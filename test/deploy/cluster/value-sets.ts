/**
 * Values that people set, in sets that use every one of them.
 *
 * @module
 */

/** Some values, and what becomes of pods with them. */
export interface ValueSet {
  readonly name: string
  readonly values: object
  /** Whether its pods are admitted where Pod Security is `restricted`; true when absent. */
  readonly isRestricted?: boolean
  /** Name of the release; `edge-issuer` when absent. */
  readonly release?: string
}

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

/** For the relay alone, in its own namespace: as `overlays/namespaced`. */
export const NAMESPACED = {
  crds: { enabled: false },
  certManagerApproval: { create: false },
  rbac: { namespaced: true },
  metrics: { secure: false, port: 8080 },
} as const

export const VALUE_SETS: readonly ValueSet[] = [
  { name: 'nothing set', values: {} },
  { name: 'one namespace only', values: NAMESPACED },
  {
    name: 'a mirror of the image, pinned',
    values: {
      image: {
        registry: 'registry.internal:5000',
        repository: 'mirror/relay',
        digest: DIGEST,
        pullPolicy: 'Always',
      },
      imagePullSecrets: [{ name: 'registry' }],
      nameOverride: 'issuer',
      fullnameOverride: 'private-ca',
      commonLabels: { team: 'platform' },
    },
  },
  {
    name: 'a proxy and roots of its own',
    values: {
      env: [
        { name: 'HTTPS_PROXY', value: 'http://proxy.internal:3128' },
        { name: 'NO_PROXY', value: '.svc,.cluster.local' },
        { name: 'NODE_EXTRA_CA_CERTS', value: '/etc/roots/ca.crt' },
      ],
      envFrom: [{ configMapRef: { name: 'more', optional: true } }],
      volumes: [{ name: 'roots', configMap: { name: 'roots' } }],
      volumeMounts: [{ name: 'roots', mountPath: '/etc/roots', readOnly: true }],
      networkPolicy: { egress: [{ ports: [{ port: 3128, protocol: 'TCP' }] }] },
    },
  },
  {
    name: 'a ServiceMonitor',
    values: {
      prometheus: {
        serviceMonitor: { enabled: true, labels: { release: 'prometheus' }, interval: '15s' },
      },
    },
  },
  {
    name: 'a PodMonitor with a token',
    values: {
      prometheus: {
        podMonitor: { enabled: true, tokenSecret: { name: 'scrape', key: 'token' } },
      },
    },
  },
  {
    name: 'alerts and a dashboard',
    values: {
      prometheus: {
        serviceMonitor: { enabled: true },
        rule: {
          enabled: true,
          labels: { release: 'prometheus' },
          runbookUrl: 'https://docs.example.com/metrics.md',
          caExpiry: { warningDays: 90, criticalDays: 14 },
        },
      },
      grafana: {
        dashboard: { enabled: true, labels: { dashboards: 'pki' }, annotations: { folder: 'PKI' } },
      },
    },
  },
  {
    name: 'both monitors, plain',
    values: {
      metrics: { secure: false, port: 9090 },
      prometheus: {
        serviceMonitor: { enabled: true },
        podMonitor: { enabled: true, labels: { release: 'prometheus' }, interval: '1m' },
      },
    },
  },
  {
    name: 'Secrets in several namespaces',
    values: {
      clusterResourceNamespace: 'pki',
      credentialNamespaces: ['team-a', 'team-b', 'pki'],
      issuerUrlAllow: [
        '.pki.example.com',
        'ca',
        '10.0.0.0/8',
        '127.0.0.1',
        'fd00::/8',
        '::ffff:0:0:0',
        '1::',
      ],
      certManagerApproval: { serviceAccountName: 'approver', namespace: 'pki' },
      certificateSigningRequests: { enabled: false },
      crds: { keep: false },
    },
  },
  {
    name: 'ServiceAccounts instead of Secrets',
    values: {
      rbac: { secrets: false },
      tokenServiceAccounts: [
        { namespace: 'team-a', name: 'edge-client' },
        { namespace: 'team-a', name: 'edge-client.test' },
        { namespace: 'team-b', name: 'edge-client' },
        { namespace: 'edge-issuer', name: 'edge-client' },
      ],
    },
  },
  {
    name: 'as little as possible',
    values: {
      replicaCount: 1,
      leaderElection: { enabled: false },
      crds: { enabled: false },
      certManagerApproval: { create: false },
      metrics: { enabled: false },
      networkPolicy: { enabled: false },
      podDisruptionBudget: { enabled: false },
      rbac: { helpers: { enabled: false } },
      topologySpreadConstraints: [],
    },
  },
  {
    name: 'permissions from elsewhere',
    values: {
      rbac: { create: false },
      certManagerApproval: { create: false },
      serviceAccount: { create: false, name: 'default' },
    },
  },
  {
    name: 'a ServiceAccount with a cloud identity',
    values: {
      serviceAccount: {
        name: 'relay',
        annotations: { 'iam.example.com/role': 'relay' },
        automount: false,
      },
      podAnnotations: { 'example.com/a': '1' },
      podLabels: { 'example.com/b': '2' },
      deploymentAnnotations: { 'example.com/c': '3' },
    },
  },
  {
    name: 'a place to run',
    values: {
      replicaCount: 3,
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchExpressions: [
                  { key: 'kubernetes.io/arch', operator: 'In', values: ['arm64'] },
                ],
              },
            ],
          },
        },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { some: 'label' } },
        },
        { maxSkew: 2, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
      ],
      priorityClassName: 'system-cluster-critical',
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.0.0.10'], options: [{ name: 'ndots', value: '1' }] },
      terminationGracePeriodSeconds: 60,
      revisionHistoryLimit: 2,
      strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      podDisruptionBudget: { minAvailable: '50%', maxUnavailable: '' },
      resources: { requests: { cpu: '1', memory: '256Mi' }, limits: { memory: '512Mi' } },
    },
  },
  {
    name: 'flags and a container beside it',
    values: {
      logging: { level: 'debug', format: 'text' },
      retry: { maxDuration: '30m', maxOutageDuration: '48h' },
      extraArgs: ['--health-check-interval=5m'],
      nodeOptions: '--max-old-space-size=128',
      extraContainers: [
        {
          name: 'beside',
          image: 'registry.internal/beside:1',
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  },
  {
    name: "the node's network",
    values: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    isRestricted: false,
  },
  {
    name: 'a container that may become root',
    values: {
      podSecurityContext: { runAsNonRoot: false, runAsUser: 0 },
      securityContext: { allowPrivilegeEscalation: true },
    },
    isRestricted: false,
  },
]
