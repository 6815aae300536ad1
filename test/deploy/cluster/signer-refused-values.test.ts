/**
 * Values that the signer's chart refuses, and what it says of them.
 *
 * @module
 */
import { it } from 'vitest'
import { SIGNER_RELEASE, template } from './helm.ts'
import { CONFIG, withRequired } from './signer-value-sets.ts'

it.for([
  {
    name: 'nothing set: everything that is missing, at once',
    values: {
      project: { config: '' },
      secrets: { existingSecret: '' },
      tls: { existingSecret: '' },
    },
    want: [
      '- project: set project.config',
      '- secrets: set secrets.existingSecret',
      '- tls: set tls.existingSecret',
    ],
  },
  { name: 'a second replica', values: { replicaCount: 2 }, want: ["'replicaCount' not allowed"] },
  {
    name: 'a volume that several nodes write',
    values: { persistence: { accessMode: 'ReadWriteMany' } },
    want: ['/persistence/accessMode'],
  },
  { name: 'a privileged port', values: { port: 443 }, want: ['/port'] },
  {
    name: 'a grace that is shorter than the drain',
    values: { terminationGracePeriodSeconds: 5 },
    want: ['/terminationGracePeriodSeconds'],
  },
  {
    name: 'a configuration that is not JSON',
    values: { project: { config: '{' } },
    want: ['project.config is not JSON'],
  },
  {
    name: 'a configuration that is a JSON array',
    values: { project: { config: '[]' } },
    want: ['project.config is not JSON'],
  },
  {
    name: 'a configuration without publicUrl',
    values: { project: { config: { issuers: { a: {} } } } },
    want: ['publicUrl must be the https URL'],
  },
  {
    name: 'a configuration with a plain URL',
    values: { project: { config: { ...CONFIG, publicUrl: 'http://ca.example.com' } } },
    want: ['publicUrl must be the https URL'],
  },
  {
    name: 'a configuration whose publicUrl is a number',
    values: { project: { config: { ...CONFIG, publicUrl: 1 } } },
    want: ['publicUrl must be the https URL'],
  },
  {
    name: 'an empty configuration',
    values: { project: { config: { ...CONFIG, issuers: {} } } },
    want: ['issuers is empty'],
  },
  {
    name: 'a private key in the configuration',
    values: { project: { config: { ...CONFIG, key: '-----BEGIN PRIVATE KEY-----' } } },
    want: ['project: contains a private key'],
  },
  {
    name: 'a private key in the code',
    values: { project: { config: CONFIG, worker: '`-----BEGIN EC PRIVATE KEY-----`' } },
    want: ['project: contains a private key'],
  },
  {
    name: 'two sources of the project',
    values: { project: { config: CONFIG, existingConfigMap: 'x' } },
    want: ['existingConfigMap replaces config and worker'],
  },
  {
    name: 'two sources of secrets',
    values: { secrets: { existingSecret: 'x', csi: { driver: 'y' } } },
    want: ['set one of secrets.existingSecret and secrets.csi'],
  },
  {
    name: 'a CSI volume without a driver',
    values: { secrets: { existingSecret: '', csi: { readOnly: true } } },
    want: ['set secrets.csi.driver'],
  },
  {
    name: 'one Secret for the CA key and TLS',
    values: { secrets: { existingSecret: 'x' }, tls: { existingSecret: 'x' } },
    want: ['must be in different Secrets'],
  },
  {
    name: 'a certificate without an issuer',
    values: { tls: { certificate: { create: true } } },
    want: ['set tls.certificate.issuerRef.name'],
  },
  {
    name: 'a certificate by the signer itself',
    values: {
      tls: { certificate: { create: true, issuerRef: { name: 'x', group: 'edge-issuer.dev' } } },
    },
    want: ['an issuer of edge-issuer cannot issue this certificate'],
  },
  {
    name: 'a volume for a claim of its own',
    values: { persistence: { existingClaim: 'x', volumeName: 'y' } },
    want: ['leave it empty with existingClaim'],
  },
  {
    name: 'settings of other Services',
    values: {
      service: { nodePort: 30443, loadBalancerClass: 'x', externalTrafficPolicy: 'Local' },
    },
    want: [
      'service.nodePort requires service.type',
      'loadBalancerSourceRanges require service.type LoadBalancer',
      'service.externalTrafficPolicy requires service.type',
    ],
  },
  {
    name: 'a monitor without a token',
    values: { prometheus: { serviceMonitor: { enabled: true } } },
    want: ['prometheus.serviceMonitor: set tokenSecret.name'],
  },
])('refuses $name', async ({ values, want }, { expect }) => {
  const { code, stderr } = await template(withRequired(values), SIGNER_RELEASE)
  for (const text of want) expect(stderr).toContain(text)
  expect(code).not.toBe(0)
})
