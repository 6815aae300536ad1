/**
 * Values of the signer's chart that people set, in sets that use every one of them.
 *
 * @module
 */
import type { ValueSet } from './value-sets.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

/** A configuration that the chart accepts; the worker does not read it here. */
export const CONFIG = {
  publicUrl: 'https://ca.example.com/pki',
  issuers: { default: { authorities: [] } },
  profiles: { default: { maxDurationSeconds: 7_776_000 } },
} as const

/** What has no default. */
export const REQUIRED = {
  project: { config: CONFIG },
  secrets: { existingSecret: 'worker-secrets' },
  tls: { existingSecret: 'signer-tls' },
} as const

const CERTIFICATE = {
  tls: {
    certificate: { create: true, issuerRef: { name: 'internal', kind: 'ClusterIssuer' } },
  },
}

const OWN_LABELS = {
  'app.kubernetes.io/name': 'theirs',
  'app.kubernetes.io/instance': 'theirs',
  'app.kubernetes.io/component': 'theirs',
  'helm.sh/chart': 'theirs',
} as const

const SETS: readonly ValueSet[] = [
  { name: 'what it requires', values: {} },
  {
    name: 'the project as text',
    values: {
      project: {
        config: JSON.stringify(CONFIG),
        worker: 'export default {}\n',
        restartOnChange: false,
      },
    },
  },
  {
    name: 'a ConfigMap, a claim and ServiceAccount of its own',
    values: {
      project: { config: '', existingConfigMap: 'project' },
      persistence: { existingClaim: 'ledger' },
      serviceAccount: { create: false, name: 'default' },
    },
  },
  {
    name: 'secrets of a CSI driver',
    values: {
      secrets: {
        existingSecret: '',
        csi: {
          driver: 'secrets-store.csi.k8s.io',
          readOnly: true,
          volumeAttributes: { secretProviderClass: 'signer' },
          nodePublishSecretRef: { name: 'vault' },
        },
      },
    },
  },
  {
    name: 'a certificate by cert-manager',
    values: {
      tls: {
        existingSecret: '',
        certificate: {
          ...CERTIFICATE.tls.certificate,
          dnsNames: ['ca.internal', '*.pki.internal'],
          ipAddresses: ['10.0.0.1', 'fd00::1'],
        },
      },
    },
  },
  {
    name: 'a certificate for an address, into a Secret of another name',
    values: { ...CERTIFICATE, project: { config: { ...CONFIG, publicUrl: 'https://10.1.2.3' } } },
  },
  {
    name: 'a mirror of the image, pinned',
    values: {
      image: {
        registry: 'registry.internal:5000',
        repository: 'mirror/signer',
        digest: DIGEST,
        pullPolicy: 'Always',
      },
      imagePullSecrets: [{ name: 'registry' }],
      nameOverride: 'signer',
      fullnameOverride: 'private-ca',
      commonLabels: { team: 'platform' },
    },
  },
  {
    name: 'a load balancer',
    values: {
      service: {
        type: 'LoadBalancer',
        port: 8443,
        nodePort: 30443,
        loadBalancerClass: 'example.com/internal',
        loadBalancerSourceRanges: ['10.0.0.0/8'],
        externalTrafficPolicy: 'Local',
        annotations: { 'example.com/internal': 'true' },
      },
      networkPolicy: { from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] },
    },
  },
  { name: 'a port of each node', values: { service: { type: 'NodePort' }, port: 9443 } },
  { name: 'an address for the Service', values: { service: { clusterIP: '10.0.0.77' } } },
  {
    name: 'a volume that exists',
    values: {
      persistence: {
        size: '1Ti',
        storageClassName: '-',
        volumeName: 'ledger',
        accessMode: 'ReadWriteOncePod',
        keep: false,
        annotations: { 'example.com/backup': 'daily' },
      },
    },
  },
  { name: 'a StorageClass', values: { persistence: { storageClassName: 'fast', size: '1.5Gi' } } },
  {
    name: 'a ServiceMonitor',
    values: {
      prometheus: {
        serviceMonitor: {
          enabled: true,
          labels: { release: 'prometheus' },
          interval: '15s',
          tokenSecret: { name: 'scrape', key: 'bearer' },
        },
      },
    },
  },
  {
    name: 'a ServiceMonitor for a public certificate',
    values: {
      project: { config: '', existingConfigMap: 'project' },
      prometheus: {
        serviceMonitor: {
          enabled: true,
          pathPrefix: '/pki/',
          tokenSecret: { name: 'scrape' },
          caKey: '',
          serverName: 'ca.example.com',
        },
      },
    },
  },
  {
    name: 'discovery of keys',
    values: {
      networkPolicy: {
        discovery: { enabled: true, to: [{ ipBlock: { cidr: '203.0.113.0/24' } }] },
        egress: [{ ports: [{ port: 3128, protocol: 'TCP' }] }],
      },
    },
  },
  {
    name: 'discovery of keys everywhere',
    values: { networkPolicy: { discovery: { enabled: true } } },
  },
  { name: 'no network policy', values: { networkPolicy: { enabled: false } } },
  {
    name: 'a place to run',
    values: {
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
      affinity: { podAntiAffinity: {} },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
        },
      ],
      priorityClassName: 'system-cluster-critical',
      terminationGracePeriodSeconds: 60,
      revisionHistoryLimit: 2,
      podDisruptionBudget: { enabled: true },
      resources: { requests: { cpu: '1', memory: '512Mi' }, limits: { memory: '2Gi' } },
      tmpSizeLimit: '128Mi',
    },
  },
  {
    name: 'flags, variables and volumes',
    values: {
      extraArgs: ['--workerd=/opt/workerd'],
      env: [
        { name: 'A', value: '1' },
        { name: 'NODE_OPTIONS', valueFrom: { configMapKeyRef: { name: 'options', key: 'node' } } },
        { name: 'A', value: '$(B)' },
      ],
      volumes: [{ name: 'more', emptyDir: {} }],
      volumeMounts: [{ name: 'more', mountPath: '/opt' }],
    },
  },
  {
    name: 'labels and annotations',
    values: {
      commonLabels: OWN_LABELS,
      podLabels: { ...OWN_LABELS, tier: 'pki' },
      podAnnotations: { 'example.com/a': '1', 'checksum/project': 'theirs' },
      statefulSetAnnotations: { 'example.com/b': '2' },
      serviceAccount: { name: 'signer.v2', annotations: { 'example.com/c': '3' } },
    },
  },
  { name: 'OpenShift', values: { openshift: true } },
  {
    name: 'values of a parent chart',
    values: { enabled: true, global: { a: [null] }, tags: {}, exports: {} },
  },
  { name: 'a release that is as long as may be', values: {}, release: 'r'.repeat(53) },
  { name: 'a release that begins with a digit', values: {}, release: '1st.ca' },
  {
    name: 'a container that may become root',
    values: { podSecurityContext: { runAsNonRoot: false, runAsUser: 0 }, securityContext: null },
    isRestricted: false,
  },
]

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As Helm merges values of two sources. */
export function withRequired(values: object): object {
  const given = new Map(Object.entries(values))
  const merged = Object.entries(REQUIRED).map(([name, required]) => {
    const own: unknown = given.get(name)
    return [name, isMap(own) ? { ...required, ...own } : (own ?? required)]
  })
  return { ...values, ...Object.fromEntries(merged) }
}

/** Each can be applied. */
export const SIGNER_VALUE_SETS: readonly ValueSet[] = SETS.map((set) =>
  Object.assign({}, set, { values: withRequired(set.values) }),
)
