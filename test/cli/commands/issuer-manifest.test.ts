import { describe, it, type TestContext } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { aClientRecord, aJwks, anEntry } from '../support/client-entries.ts'
import { setUpDirectory } from '../support/directory-harness.ts'
import type { Outcome } from '../support/run-cli.ts'

type Context = Pick<TestContext, 'onTestFinished'>

const manifestSchema = z.looseObject({
  spec: z.looseObject({ url: z.string(), caBundle: z.string() }),
})

describe('issuer manifest', () => {
  const identity = {
    issuer: 'https://kubernetes.default.svc',
    jwks: aJwks(),
    subjects: [
      'system:serviceaccount:edge-issuer:edge-issuer-relay',
      'system:serviceaccount:team-a:tls',
    ],
  }
  const clients = [
    aClientRecord(
      'by-token',
      anEntry({ keys: [], identity, issuers: ['default', 'two'], profiles: ['web'] }),
    ),
    aClientRecord('by-key', anEntry()),
  ]
  const manifest = async (flags: string, context: Context): Promise<Outcome> =>
    (await setUpDirectory(context, { clients })).run(`issuer manifest ${flags}`)

  it.for([
    {
      flags: '--client by-token --issuer two --profile web --name ca',
      want: {
        kind: 'ClusterIssuer',
        metadata: { name: 'ca' },
        spec: {
          serviceAccountRef: {},
          clientName: 'by-token',
          issuer: 'two',
          profile: 'web',
        },
      },
    },
    {
      flags: '--client by-token --kind Issuer --namespace team-a',
      want: {
        kind: 'Issuer',
        metadata: { name: 'private-ca', namespace: 'team-a' },
        spec: { serviceAccountRef: { name: 'tls' }, clientName: 'by-token', issuer: 'default' },
      },
    },
    {
      flags: '--client by-key --secret-name s',
      want: {
        kind: 'ClusterIssuer',
        metadata: { name: 'private-ca' },
        spec: { authSecretName: 's', issuer: 'default' },
      },
    },
  ])('with $flags', async ({ flags, want }, { expect, ...context }) => {
    const { exitCode, stdout } = await manifest(flags, context)
    expect(exitCode).toBe(0)
    const { spec, ...object } = manifestSchema.parse(parse(stdout))
    const { url, caBundle, ...others } = spec
    expect({ ...object, spec: others }).toEqual({ apiVersion: 'edge-issuer.dev/v1alpha1', ...want })
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    expect(Buffer.from(caBundle, 'base64').toString()).toContain('BEGIN CERTIFICATE')
  })

  it.for([
    {
      flags: '--client by-key --issuer nope',
      code: 1,
      want: 'may not use issuer "nope"; its issuers are: default',
    },
    { flags: '--client by-key --profile nope', code: 1, want: 'may not use profile "nope"' },
    { flags: '--client nobody', code: 3, want: '(client_unknown)' },
    {
      flags: '--client by-token --kind Issuer --namespace x',
      code: 1,
      want: 'has no ServiceAccount in namespace "x"',
    },
    {
      flags: '--client by-token --kind Issuer',
      code: 2,
      want: '--namespace is required with --kind Issuer',
    },
    { flags: '--client by-token --namespace x', code: 2, want: 'excluded otherwise' },
  ])('refuses $flags', async ({ flags, code, want }, { expect, ...context }) => {
    const { exitCode, stdout, stderr } = await manifest(flags, context)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(want)
  })
})
