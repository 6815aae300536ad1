import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { makeAuthority } from '@edge-issuer/testbed/pki/x509'
/**
 * What the API server makes of our CRDs: which specs it takes, which it refuses and why, and what
 * kubectl shows.
 *
 * @module
 */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { stringify } from 'yaml'
import { ISSUER } from '../../../relay/src/api/group.ts'
import { issuerSchema } from '../../../relay/src/api/issuer.ts'
import { connect } from '../../../relay/src/kube/client.ts'
import { createLog } from '../../../relay/src/log.ts'
import { systemClock } from '../../../relay/src/queue/clock.ts'
import { getObject, mustKubectl } from '../environment.ts'
import { startCrdsPlane } from './crds-plane.ts'

let plane: ControlPlane

beforeAll(async () => {
  plane = await startCrdsPlane()
})

afterAll(async () => {
  await plane.stop()
})

const PEM = makeAuthority().pem
/** Beginnings that the relay's own reader accepts. */
const GOOD_BUNDLES = [
  ['a caBundle of one certificate', PEM],
  ['a caBundle of two certificates', PEM + PEM],
  ['a caBundle with white space before it', ` \t\r\n\n${PEM}`],
  ['a caBundle with the line ends of Windows', PEM.replaceAll('\n', '\r\n')],
  ['a caBundle of exactly 64 KiB', PEM.padEnd(49_152)],
] as const
/** Beginnings that it refuses, each octet a character. */
const BAD_BUNDLES = [
  ['a caBundle that is empty', ''],
  ['a caBundle of white space', '\n'],
  ['a caBundle with a comment before it', `# my CA\n${PEM}`],
  ['a caBundle with the output of openssl x509 -text before it', `Certificate:\n    Data:\n${PEM}`],
  ['a caBundle with a byte order mark', `\xef\xbb\xbf${PEM}`],
  ['a caBundle in UTF-16', PEM.replaceAll(/(?<character>.|\n)/gu, '$<character>\0')],
  ['a caBundle in DER', '\x30\x82\x01\x00'],
  ['a caBundle of another label', PEM.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
  [
    'a caBundle with a private key first',
    '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----',
  ],
  ['a caBundle that is base64 of base64', btoa(PEM)],
] as const
const GOOD = { url: 'https://ca.example.com', authSecretName: 'edge-client' }

const issuer = (kind: string, spec: object): string =>
  stringify({
    apiVersion: 'edge-issuer.dev/v1alpha1',
    kind,
    metadata: { name: 'test', ...(kind === 'Issuer' ? { namespace: 'default' } : {}) },
    spec,
  })

/** @returns What the API server says to a dry run; empty when it takes the object. */
async function refusal(kind: string, spec: object): Promise<string> {
  const { code, stderr } = await plane.kubectl(
    ['create', '--dry-run=server', '--validate=strict', '--filename=-'],
    { stdin: issuer(kind, spec) },
  )
  return code === 0 ? '' : stderr
}

describe.for(['Issuer', 'ClusterIssuer'])('%s', (kind) => {
  it.for([
    { name: 'the least', spec: {} },
    { name: 'a port and a path', spec: { url: 'https://ca.example.com:8443/edge' } },
    { name: 'an address', spec: { url: 'https://[::1]:8443' } },
    {
      name: 'everything',
      spec: { issuer: 'web', profile: 'short', caBundle: btoa(PEM), maxRetryDuration: '1h30m' },
    },
    ...GOOD_BUNDLES.map(([name, pem]) => ({ name, spec: { caBundle: btoa(pem) } })),
    { name: 'no retry limit', spec: { maxRetryDuration: '0' } },
  ])('takes $name', async ({ spec }, { expect }) => {
    expect(await refusal(kind, { ...GOOD, ...spec })).toBe('')
  })

  it.for([
    { name: 'no url', spec: { url: undefined }, want: 'spec.url: Required value' },
    { name: 'http', spec: { url: 'http://ca.example.com' }, want: 'must be an absolute https URL' },
    { name: 'no scheme', spec: { url: 'ca.example.com' }, want: 'must be an absolute https URL' },
    { name: 'no host', spec: { url: 'https:///path' }, want: 'spec.url' },
    {
      name: 'a user',
      spec: { url: 'https://me@ca.example.com' },
      want: 'must not contain a user or password',
    },
    {
      name: 'a password',
      spec: { url: 'https://a:b@ca.example.com' },
      want: 'must not contain a user or password',
    },
    {
      name: 'a query',
      spec: { url: 'https://ca.example.com/?a=b' },
      want: 'must not contain a query or a fragment',
    },
    {
      name: 'a fragment',
      spec: { url: 'https://ca.example.com/#a' },
      want: 'must not contain a query or a fragment',
    },
    {
      name: 'a url of absurd length',
      spec: { url: `https://ca.example.com/${'a'.repeat(2_048)}` },
      want: 'Too long',
    },
    {
      name: 'a Secret elsewhere',
      spec: { authSecretName: 'other/secret' },
      want: 'spec.authSecretName',
    },
    {
      name: 'the namespace of a Secret',
      spec: { authSecretNamespace: 'kube-system' },
      want: 'unknown field',
    },
    { name: 'an issuer that is a path', spec: { issuer: '../x' }, want: 'spec.issuer' },
    { name: 'a profile in capitals', spec: { profile: 'Web' }, want: 'spec.profile' },
    { name: 'a caBundle that is not base64', spec: { caBundle: '%' }, want: 'spec.caBundle' },
    ...BAD_BUNDLES.map(([name, pem]) => ({
      name,
      spec: { caBundle: Buffer.from(pem, 'latin1').toString('base64') },
      want: 'spec.caBundle',
    })),
    {
      name: 'a caBundle of text, with what it should be',
      spec: { caBundle: btoa('hello') },
      want: 'must be PEM in base64 that begins with -----BEGIN CERTIFICATE-----',
    },
    {
      name: 'a caBundle of more than 64 KiB',
      spec: { caBundle: btoa(PEM.padEnd(49_153)) },
      want: 'Too long',
    },
    { name: 'a duration in days', spec: { maxRetryDuration: '1d' }, want: 'spec.maxRetryDuration' },
    {
      name: 'a negative duration',
      spec: { maxRetryDuration: '-1h' },
      want: 'spec.maxRetryDuration',
    },
  ])('refuses $name', async ({ spec, want }, { expect }) => {
    expect(await refusal(kind, { ...GOOD, ...spec })).toContain(want)
  })
})

it('what is stored is what the relay reads, defaults filled in', async ({ expect }) => {
  await plane.apply(issuer('Issuer', GOOD))
  const stored = await getObject(plane, 'issuer.edge-issuer.dev/test', 'default')
  expect(issuerSchema.parse(stored).spec).toEqual({ ...GOOD, issuer: 'default' })
})

it('kubectl shows Ready, Reason, the expiry of the CA and the age', async ({ expect }) => {
  await plane.apply(issuer('Issuer', GOOD))
  const status = {
    status: {
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Checked',
          message: 'Succeeded checking the issuer',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
      ca: {
        subject: 'CN=CA',
        serialNumber: '01',
        notAfter: '2099-01-01T00:00:00Z',
        sha256: 'a'.repeat(64),
      },
    },
  }
  const patch = 'patch issuer.edge-issuer.dev test -n default --subresource=status --type=merge -p'
  await mustKubectl(plane, patch, JSON.stringify(status))
  const shown = await mustKubectl(plane, 'get edgeissuer -n default')
  expect(shown.replace(/\d+s$/m, '0s')).toBe(
    [
      'NAME   READY   REASON    CA EXPIRES             AGE',
      'test   True    Checked   2099-01-01T00:00:00Z   0s',
      '',
    ].join('\n'),
  )
  const wide = await mustKubectl(plane, 'get cert-manager -n default -o wide')
  expect(wide).toContain('Succeeded checking the issuer')
  expect(wide).toContain('https://ca.example.com')
})

it('a status decided on an older version of the object is a conflict, and changes nothing', async ({
  expect,
}) => {
  await plane.apply(issuer('Issuer', { ...GOOD, issuer: 'before' }))
  const name = 'issuer.edge-issuer.dev/test'
  const { metadata } = await getObject(plane, name, 'default')
  await plane.apply(issuer('Issuer', { ...GOOD, issuer: 'after' }))
  const kube = await connect({
    kubeconfig: plane.adminKubeconfig,
    clock: systemClock,
    random: Math.random,
    log: createLog({ level: 'error', format: 'json' }),
  })
  if (!kube.ok) throw new Error(kube.error)
  const write = async (resourceVersion: string): Promise<string> => {
    const status = {
      ca: {
        subject: 'CN=X',
        serialNumber: '02',
        notAfter: '2099-01-01T00:00:00Z',
        sha256: 'b'.repeat(64),
      },
    }
    const ref = { namespace: 'default', name: 'test' }
    const written = await kube.value.applyStatus(
      { resource: ISSUER, ref, resourceVersion, status },
      new AbortController().signal,
    )
    return written.ok ? 'written' : written.error.kind
  }
  try {
    expect(await write(metadata.resourceVersion)).toBe('conflict')
    const current = await getObject(plane, name, 'default')
    expect(JSON.stringify(current.status)).not.toContain('CN=X')
    expect(await write(current.metadata.resourceVersion)).toBe('written')
  } finally {
    await kube.value.close()
  }
})
