/**
 * Values that are legal and unusual: what Helm gives a dependency, null for a default, names and labels that
 * meet the chart's own, releases whose names other objects cannot have.
 *
 * @module
 */
import type { ValueSet } from './value-sets.ts'

const OWN_LABELS = {
  'app.kubernetes.io/name': 'theirs',
  'app.kubernetes.io/instance': 'theirs',
  'app.kubernetes.io/component': 'theirs',
  'app.kubernetes.io/version': 'theirs',
  'app.kubernetes.io/managed-by': 'theirs',
  'helm.sh/chart': 'theirs',
} as const

const ISSUER_REF = { name: 'internal', kind: 'ClusterIssuer' } as const

/** As `VALUE_SETS`; each can be applied. */
export const ODD_VALUE_SETS: readonly ValueSet[] = [
  { name: 'a condition of the parent chart', values: { enabled: true } },
  { name: 'a condition that is false', values: { enabled: false } },
  {
    name: 'values that a parent chart shares',
    values: { global: { imageRegistry: 'registry.internal', nested: { list: [1, 'two', null] } } },
  },
  { name: 'tags', values: { tags: { pki: true, other: false } } },
  { name: 'exports for import-values', values: { exports: { issuer: { url: 'https://x' } } } },
  { name: 'another name for everything', values: { commonLabels: OWN_LABELS } },
  { name: 'another name for Pods', values: { podLabels: OWN_LABELS } },
  {
    name: 'another name for everything, Pods and monitors',
    values: {
      commonLabels: OWN_LABELS,
      podLabels: OWN_LABELS,
      prometheus: {
        serviceMonitor: { enabled: true, labels: OWN_LABELS },
        podMonitor: { enabled: true, labels: OWN_LABELS, tokenSecret: { name: 'scrape' } },
        rule: { enabled: true, labels: OWN_LABELS },
      },
      grafana: { dashboard: { enabled: true, labels: OWN_LABELS } },
    },
  },
  {
    name: 'a label of everything that Pods have without a value',
    values: { commonLabels: { team: 'platform' }, podLabels: { team: '' } },
  },
  {
    name: 'labels that look like other types',
    values: { commonLabels: { a: 'true', b: '1', c: '1.0', d: 'null', e: '', f: '0x1f' } },
  },
  {
    name: "another container as kubectl's default",
    values: { podAnnotations: { 'kubectl.kubernetes.io/default-container': 'beside', x: 'true' } },
  },
  {
    name: 'NODE_OPTIONS in env',
    values: { env: [{ name: 'NODE_OPTIONS', value: '--max-http-header-size=8192' }] },
  },
  {
    name: 'NODE_OPTIONS in env, twice',
    values: {
      env: [
        { name: 'NODE_OPTIONS', value: '--max-http-header-size=8192' },
        { name: 'A', value: 'between' },
        { name: 'NODE_OPTIONS', value: '--dns-result-order=ipv4first' },
      ],
    },
  },
  {
    name: 'NODE_OPTIONS from a ConfigMap alone',
    values: {
      nodeOptions: '',
      env: [
        { name: 'NODE_OPTIONS', valueFrom: { configMapKeyRef: { name: 'options', key: 'node' } } },
      ],
    },
  },
  {
    name: 'a variable twice, with a reference to it',
    values: {
      env: [
        { name: 'HOST', value: 'a' },
        { name: 'HTTPS_PROXY', value: 'http://$(HOST):3128' },
        { name: 'HOST', value: 'b' },
      ],
    },
  },
  {
    name: 'text that other languages would read',
    values: {
      env: [{ name: 'A', value: 'it\'s "x": #y {{ .Values }} $(B)\n- z\t\u00e9' }],
      podAnnotations: { a: '{{ fail "no" }}', b: '- x: y', c: '"', d: '' },
    },
  },
  {
    name: 'a watched namespace of a relay for the cluster',
    values: { env: [{ name: 'EDGE_ISSUER_WATCH_NAMESPACE', value: 'team-a' }] },
  },
  {
    name: 'null for every list',
    values: {
      imagePullSecrets: null,
      credentialNamespaces: null,
      tokenServiceAccounts: null,
      issuerUrlAllow: null,
      extraArgs: null,
      env: null,
      envFrom: null,
      volumes: null,
      volumeMounts: null,
      extraContainers: null,
      tolerations: null,
      topologySpreadConstraints: null,
    },
  },
  {
    name: 'null for every map',
    values: {
      commonLabels: null,
      serviceAccount: { annotations: null },
      resources: null,
      nodeSelector: null,
      affinity: null,
      podAnnotations: null,
      podLabels: null,
      deploymentAnnotations: null,
      dnsConfig: null,
      grafana: { dashboard: { enabled: true, labels: null, annotations: null } },
    },
  },
  {
    name: 'null for every text that may be empty',
    values: {
      image: { tag: null, digest: null },
      nameOverride: null,
      fullnameOverride: null,
      serviceAccount: { name: null },
      clusterResourceNamespace: null,
      nodeOptions: null,
      priorityClassName: null,
      dnsPolicy: null,
      prometheus: { rule: { enabled: true, runbookUrl: null } },
      retry: { maxDuration: null, maxOutageDuration: null },
      metrics: { certificate: { secretName: null, issuerRef: { name: null } } },
    },
  },
  {
    name: 'no security contexts',
    values: { podSecurityContext: null, securityContext: null },
    isRestricted: false,
  },
  {
    name: 'a user that the cluster chooses',
    values: { podSecurityContext: { runAsUser: null, runAsGroup: null } },
  },
  { name: 'no limit of memory', values: { resources: { limits: { memory: null } } } },
  { name: 'one relay after the other', values: { strategy: { type: 'Recreate' } } },
  { name: "Kubernetes' own rolling update", values: { strategy: { rollingUpdate: null } } },
  {
    name: 'a budget with null',
    values: { podDisruptionBudget: { minAvailable: 1, maxUnavailable: null } },
  },
  {
    name: 'a budget of zero',
    values: { podDisruptionBudget: { minAvailable: 0, maxUnavailable: '' } },
  },
  { name: 'OpenShift', values: { openshift: true } },
  {
    name: 'OpenShift without a security context',
    values: { openshift: true, podSecurityContext: null },
    isRestricted: false,
  },
  { name: 'no egress policy', values: { networkPolicy: { egress: null } } },
  { name: 'a policy of ingress', values: { networkPolicy: { policyTypes: ['Ingress'] } } },
  { name: 'no ingress policy', values: { networkPolicy: { ingress: null } } },
  { name: 'egress to the API server only', values: { networkPolicy: { egress: [] } } },
  {
    name: 'no egress at all',
    values: { networkPolicy: { egress: [], apiServerPorts: [] } },
  },
  { name: 'MicroK8s', values: { networkPolicy: { apiServerPorts: [16443] } } },
  {
    name: 'egress of its own alone',
    values: {
      networkPolicy: {
        egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
        apiServerPorts: null,
      },
    },
  },
  { name: 'no ingress without metrics', values: { metrics: { enabled: false } } },
  {
    name: 'its own namespace among the others',
    values: { clusterResourceNamespace: 'edge-issuer', credentialNamespaces: ['edge-issuer'] },
  },
  { name: 'a name that Kubernetes does not allow', values: { nameOverride: 'My_Issuer.v2' } },
  { name: 'a name that is too long', values: { nameOverride: `a${'-'.repeat(61)}b` } },
  { name: 'a full name that begins with a digit', values: { fullnameOverride: '2nd' } },
  { name: 'a release with dots', values: {}, release: 'team.a.pki' },
  { name: 'a release that begins with a digit', values: {}, release: '1st' },
  { name: 'a release that is as long as may be', values: {}, release: 'r'.repeat(53) },
  { name: 'an image without a registry', values: { image: { registry: '', tag: '_1.0-x' } } },
  {
    name: 'a ServiceMonitor with a token',
    values: {
      prometheus: {
        serviceMonitor: { enabled: true, tokenSecret: { name: 'scrape', key: 'jwt' } },
      },
    },
  },
  {
    name: 'metrics with a certificate by cert-manager',
    values: {
      metrics: { certificate: { create: true, issuerRef: ISSUER_REF } },
      prometheus: {
        serviceMonitor: { enabled: true },
        podMonitor: { enabled: true, tokenSecret: { name: 'scrape' } },
      },
      volumes: [{ name: 'roots', configMap: { name: 'roots' } }],
      volumeMounts: [{ name: 'roots', mountPath: '/etc/roots', readOnly: true }],
    },
  },
  {
    name: 'metrics with a certificate by a public CA',
    values: {
      metrics: { certificate: { secretName: 'public', caKey: '' } },
      prometheus: { serviceMonitor: { enabled: true } },
    },
  },
  {
    name: 'metrics with a certificate under a name of its own',
    values: {
      metrics: { certificate: { secretName: 'own', create: true, issuerRef: ISSUER_REF } },
    },
  },
  {
    name: 'a ServiceAccount with dots',
    values: { serviceAccount: { name: 'relay.v2' } },
  },
  { name: 'no admission policies', values: { admissionPolicies: { relay: { enabled: false } } } },
  {
    name: 'hosts for Issuers',
    values: {
      admissionPolicies: { issuerUrls: { allow: ['ca.example.com', '.pki.example.com'] } },
    },
  },
  {
    name: 'no CertificateSigningRequests',
    values: { certificateSigningRequests: { enabled: false, annotations: true } },
  },
]
