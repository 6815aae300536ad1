/**
 * The samples as the API server takes them. Kinds that it has are applied with strict validation: an
 * unknown field is refused. Gateway, CertificateRequestPolicy and Bundle come with products that are not
 * here; they are held against the fields that the documentation of those names, and against ours where
 * they speak of us.
 *
 * @module
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { ROOT } from '../../docs/support/markdown.ts'
import { kubectlWait } from '../environment.ts'
import { gatewaySchema } from './support/foreign-kinds.ts'

const FOLDER = join(ROOT, 'deploy/samples')
/** Samples, in the order in which they can be applied. */
const APPLIED = [
  'secret',
  'clusterissuer',
  'issuer',
  'certificate',
  'ingress',
  'resource-quota',
] as const

const objectSchema = z.looseObject({ apiVersion: z.string(), kind: z.string() })

const read = async (name: string): Promise<string> => readFile(join(FOLDER, `${name}.yaml`), 'utf8')

const objectsOf = async (name: string): Promise<readonly z.infer<typeof objectSchema>[]> =>
  parseAllDocuments(await read(name)).map((document) => objectSchema.parse(document.toJS()))

it('every sample is tested', async ({ expect }) => {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.yaml'))
  const known = [...APPLIED, ...Object.keys(FOREIGN)].map((name) => `${name}.yaml`)
  expect(names.toSorted()).toEqual(known.toSorted())
})

describe('the API server takes, to the letter,', () => {
  let plane: ControlPlane

  beforeAll(async () => {
    plane = await startControlPlane()
    await plane.apply(await manifests('crds', 'relay'))
    for (const plural of ['issuers', 'clusterissuers']) {
      const name = `crd/${plural}.edge-issuer.dev`
      await kubectlWait(plane, [name, 'condition=Established', '60s'], 'default')
    }
  })

  afterAll(async () => {
    await plane.stop()
  })

  const apply = async (text: string): Promise<{ readonly code: number; readonly stderr: string }> =>
    plane.kubectl(['apply', '--validate=strict', '--filename=-'], { stdin: text })

  it.for(APPLIED)('%s.yaml', async (name, { expect }) => {
    const { code, stderr } = await apply(await read(name))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('and would refuse a field that there is not', async ({ expect }) => {
    const text = (await read('clusterissuer')).replace('clientName:', 'clientNamespace:')
    const { code, stderr } = await apply(text)
    expect(code).not.toBe(0)
    expect(stderr).toContain('unknown field "spec.clientNamespace"')
  })
})

const metadataSchema = z.strictObject({ name: z.string() })
const listRule = z.strictObject({ required: z.boolean().optional(), values: z.array(z.string()) })

/** approver-policy's API reference, policy.cert-manager.io/v1alpha1. */
const policySchema = z.strictObject({
  apiVersion: z.literal('policy.cert-manager.io/v1alpha1'),
  kind: z.literal('CertificateRequestPolicy'),
  metadata: metadataSchema,
  spec: z.strictObject({
    selector: z.strictObject({
      issuerRef: z.strictObject({ group: z.string(), kind: z.string(), name: z.string() }),
      namespace: z.strictObject({ matchNames: z.array(z.string()) }),
    }),
    allowed: z.strictObject({
      commonName: z.strictObject({ value: z.string() }),
      dnsNames: listRule,
      usages: z.array(z.string()),
    }),
    constraints: z.strictObject({
      maxDuration: z.string(),
      privateKey: z.strictObject({ algorithm: z.string(), minSize: z.int() }),
    }),
  }),
})

/** trust-manager's API reference, trust.cert-manager.io/v1alpha1. */
const bundleSchema = z.strictObject({
  apiVersion: z.literal('trust.cert-manager.io/v1alpha1'),
  kind: z.literal('Bundle'),
  metadata: metadataSchema,
  spec: z.strictObject({
    sources: z.array(
      z.strictObject({ configMap: z.strictObject({ name: z.string(), key: z.string() }) }),
    ),
    target: z.strictObject({ configMap: z.strictObject({ key: z.string() }) }),
  }),
})

const FOREIGN = {
  'approver-policy': policySchema,
  'trust-bundle': bundleSchema,
  gateway: gatewaySchema,
} as const

it.for(['ingress', 'gateway'])(
  '%s.yaml names our issuer with all three annotations',
  async (name, { expect }) => {
    const [object] = await objectsOf(name)
    expect(object).toMatchObject({
      metadata: {
        annotations: {
          'cert-manager.io/issuer': 'private-ca',
          'cert-manager.io/issuer-kind': 'ClusterIssuer',
          'cert-manager.io/issuer-group': 'edge-issuer.dev',
        },
      },
    })
  },
)

describe('of kinds that the API server does not have', () => {
  it.for(Object.entries(FOREIGN))(
    '%s.yaml has the fields of its kind',
    async ([name, schema], { expect }) => {
      const [object] = await objectsOf(name)
      expect(schema.parse(object)).toEqual(object)
    },
  )

  it('the policy is for our issuer, and the role lets it be used', async ({ expect }) => {
    const [policy, role] = await objectsOf('approver-policy')
    const { metadata, spec } = policySchema.parse(policy)
    expect(spec.selector.issuerRef).toEqual({
      group: 'edge-issuer.dev',
      kind: 'ClusterIssuer',
      name: 'private-ca',
    })
    expect(JSON.stringify(role)).toContain(JSON.stringify([metadata.name]))
  })
})
