/**
 * Values that the chart refuses, and what it says of them.
 *
 * @module
 */
import { it } from 'vitest'
import { template } from './helm.ts'
import { NAMESPACED } from './value-sets.ts'

it.for([
  { name: 'a value that does not exist', values: { replicas: 3 }, want: "'replicas' not allowed" },
  { name: 'one further in', values: { image: { sha: 'x' } }, want: "'sha' not allowed" },
  {
    name: 'one deep inside',
    values: { prometheus: { serviceMonitor: { scheme: 'http' } } },
    want: "'scheme' not allowed",
  },
  { name: 'a word for a number', values: { replicaCount: 'two' }, want: "at '/replicaCount'" },
  { name: 'a digest that is none', values: { image: { digest: 'latest' } }, want: '/image/digest' },
  { name: 'a level that is none', values: { logging: { level: 'loud' } }, want: '/logging/level' },
  {
    name: 'a duration in days',
    values: { retry: { maxDuration: '1d' } },
    want: '/retry/maxDuration',
  },
  { name: 'a privileged port', values: { metrics: { port: 443 } }, want: '/metrics/port' },
  {
    name: 'a grace that is shorter than the drain',
    values: { terminationGracePeriodSeconds: 20 },
    want: '/terminationGracePeriodSeconds',
  },
  {
    name: 'the namespace of a Secret that is no name',
    values: { credentialNamespaces: ['a/b'] },
    want: '/credentialNamespaces/0',
  },
  {
    name: 'a worker of Issuers by a pattern',
    values: { issuerUrlAllow: ['*.example.com'] },
    want: '/issuerUrlAllow/0',
  },
  {
    name: 'a worker of Issuers with a port',
    values: { issuerUrlAllow: ['10.0.0.0/8', 'ca.example.com:8443'] },
    want: '/issuerUrlAllow/1',
  },
  {
    name: 'several that do not elect a leader',
    values: { leaderElection: { enabled: false } },
    want: 'replicaCount must be 1 with leaderElection.enabled=false',
  },
  {
    name: 'secure metrics without rights in the cluster',
    values: { rbac: { namespaced: true } },
    want: 'set metrics.secure=false or metrics.enabled=false',
  },
  {
    name: 'Secrets elsewhere without rights there',
    values: { ...NAMESPACED, credentialNamespaces: ['team-a'] },
    want: 'leave clusterResourceNamespace and credentialNamespaces empty',
  },
  {
    name: 'Secrets elsewhere without rights for Secrets',
    values: { rbac: { secrets: false }, credentialNamespaces: ['team-a'] },
    want: 'rbac.secrets=false forbids the relay to read Secrets',
  },
  {
    name: 'tokens elsewhere without rights there',
    values: { ...NAMESPACED, tokenServiceAccounts: [{ namespace: 'team-a', name: 'x' }] },
    want: 'remove entries of other namespaces from tokenServiceAccounts',
  },
  {
    name: 'a ServiceAccount that is no name',
    values: { tokenServiceAccounts: [{ namespace: 'team-a', name: 'a/b' }] },
    want: '/tokenServiceAccounts/0/name',
  },
  {
    name: 'tokens of every ServiceAccount of a namespace',
    values: { tokenServiceAccounts: [{ namespace: 'team-a' }] },
    want: "missing property 'name'",
  },
  {
    name: 'a monitor of nothing',
    values: { metrics: { enabled: false }, prometheus: { serviceMonitor: { enabled: true } } },
    want: 'the monitors require metrics.enabled=true',
  },
  {
    name: 'a PodMonitor that may not see metrics',
    values: { prometheus: { podMonitor: { enabled: true } } },
    want: 'prometheus.podMonitor.tokenSecret',
  },
  {
    name: 'two numbers in a budget',
    values: { podDisruptionBudget: { minAvailable: 1 } },
    want: 'one of minAvailable and maxUnavailable',
  },
  {
    name: 'a budget without a number',
    values: { podDisruptionBudget: { maxUnavailable: null } },
    want: 'one of minAvailable and maxUnavailable',
  },
  ...[
    { ingress: null, egress: null },
    { policyTypes: [] },
    { policyTypes: null },
    { policyTypes: ['Egress'], egress: null },
  ].map((networkPolicy) => ({
    name: `a NetworkPolicy of nothing: ${JSON.stringify(networkPolicy)}`,
    values: { networkPolicy },
    want: 'set networkPolicy.enabled=false',
  })),
  {
    name: 'a port that is none',
    values: { networkPolicy: { apiServerPorts: [0] } },
    want: '/apiServerPorts/0',
  },
  { name: 'null for a section', values: { metrics: null }, want: "missing property 'metrics'" },
  {
    name: 'null for a setting without an empty value',
    values: { rbac: { namespaced: null } },
    want: "at '/rbac': missing property 'namespaced'",
  },
  {
    name: 'NODE_OPTIONS that cannot be joined',
    values: {
      env: [{ name: 'NODE_OPTIONS', valueFrom: { configMapKeyRef: { name: 'x', key: 'y' } } }],
    },
    want: "set nodeOptions to ''",
  },
  {
    name: 'another watched namespace than its own',
    values: { ...NAMESPACED, env: [{ name: 'EDGE_ISSUER_WATCH_NAMESPACE', value: 'x' }] },
    want: 'remove it from env',
  },
  {
    name: 'a policy of the cluster without rights there',
    values: { ...NAMESPACED, admissionPolicies: { issuerUrls: { allow: ['x.example'] } } },
    want: 'leave admissionPolicies.issuerUrls.allow empty',
  },
  ...['https://x', 'x:443', '*.x', 'X', 'x.', '[::1]', '', "x'", 'x..y'].map((host) => ({
    name: `the host "${host}" for Issuers`,
    values: { admissionPolicies: { issuerUrls: { allow: [host] } } },
    want: '/admissionPolicies/issuerUrls/allow/0',
  })),
  {
    name: 'a certificate of metrics without an issuer',
    values: { metrics: { certificate: { create: true } } },
    want: 'metrics.certificate.issuerRef.name',
  },
  {
    name: 'a certificate of metrics by the relay itself',
    values: {
      metrics: {
        certificate: { create: true, issuerRef: { name: 'x', group: 'edge-issuer.dev' } },
      },
    },
    want: 'an issuer of edge-issuer cannot issue this certificate',
  },
  {
    name: 'a certificate of plain metrics',
    values: { metrics: { secure: false, certificate: { secretName: 'x' } } },
    want: 'a certificate requires metrics.enabled=true',
  },
  {
    name: 'a full name that is none',
    values: { fullnameOverride: 'Relay' },
    want: '/fullnameOverride',
  },
  { name: 'a condition that is a text', values: { enabled: 'true' }, want: '/enabled' },
])('refuses $name', async ({ values, want }, { expect }) => {
  const { code, stderr } = await template(values)
  expect(stderr).toContain(want)
  expect(code).not.toBe(0)
})
