import { readFile } from 'node:fs/promises'
import { type ManifestSet, manifests } from '@edge-issuer/testbed/relay/manifests'
import { it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { CLUSTER_ISSUER, FIELD_MANAGER, GROUP, ISSUER, VERSION } from '../../relay/src/api/group.ts'
import { readConfig } from '../../relay/src/config.ts'
import { APPROVE_ROLE } from '../../relay/src/core/approval-help.ts'

const ruleSchema = z.object({
  apiGroups: z.array(z.string()).default([]),
  resources: z.array(z.string()).default([]),
  nonResourceURLs: z.array(z.string()).optional(),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
})
const objectSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  rules: z.array(ruleSchema).default([]),
  roleRef: z.looseObject({ name: z.string() }).optional(),
})

const objects = async (
  ...sets: readonly ManifestSet[]
): Promise<readonly z.infer<typeof objectSchema>[]> =>
  parseAllDocuments(await manifests(...sets)).map((document) => objectSchema.parse(document.toJS()))

it('no role names a wildcard', async ({ expect }) => {
  const rules = (await objects('relay', 'approve')).flatMap(({ rules: all }) => all)
  const words = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.concat(resources, verbs),
  )
  expect(words.length).toBeGreaterThan(0)
  expect(words).not.toContain('*')
})

it(
  'Secrets can be got and watched, not listed, and only where a RoleBinding says so',
  { tags: ['AC-23'] },
  async ({ expect }) => {
    const all = await objects('relay', 'approve')
    const readers = all.filter(({ rules }) =>
      rules.some(({ resources }) => resources.includes('secrets')),
    )
    expect(readers.map(({ metadata }) => metadata.name)).toEqual(['edge-issuer-credential-reader'])
    expect(readers[0]?.rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'watch'] },
    ])
    const bindings = all.filter(({ roleRef }) => roleRef?.name === 'edge-issuer-credential-reader')
    expect(bindings.map(({ kind }) => kind)).toEqual(['RoleBinding'])
  },
)

it('the relay writes nothing but status, Events and its Lease, asks who may scrape it, and requests tokens', async ({
  expect,
}) => {
  const rules = (await objects('relay')).flatMap(({ rules: all }) => all)
  const writes = rules.filter(({ verbs }) =>
    verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)),
  )
  expect(writes.map(({ resources, verbs }) => ({ resources, verbs }))).toEqual([
    { resources: ['certificaterequests/status'], verbs: ['patch'] },
    { resources: ['certificatesigningrequests/status'], verbs: ['patch'] },
    { resources: ['signers'], verbs: ['sign'] },
    { resources: ['issuers/status', 'clusterissuers/status'], verbs: ['patch'] },
    { resources: ['events'], verbs: ['create', 'patch'] },
    { resources: ['leases'], verbs: ['create'] },
    { resources: ['leases'], verbs: ['get', 'watch', 'patch'] },
    { resources: ['tokenreviews'], verbs: ['create'] },
    { resources: ['subjectaccessreviews'], verbs: ['create'] },
    { resources: ['serviceaccounts/token'], verbs: ['create'] },
  ])
})

it('of tokens the relay may request its own, in its own namespace', async ({ expect }) => {
  const all = await objects('relay')
  const [role, ...others] = all.filter(({ rules }) =>
    rules.some(({ resources }) => resources.includes('serviceaccounts/token')),
  )
  expect(others).toEqual([])
  expect(role).toMatchObject({
    kind: 'Role',
    metadata: { namespace: 'edge-issuer' },
    rules: [{ resourceNames: ['edge-issuer-relay'], verbs: ['create'] }],
  })
})

it('who scrapes may get /metrics and nothing else, and no one is bound to it', async ({
  expect,
}) => {
  const all = await objects('relay')
  const reader = all.find(({ metadata }) => metadata.name === 'edge-issuer-metrics-reader')
  expect(reader?.rules).toEqual([
    { apiGroups: [], resources: [], nonResourceURLs: ['/metrics'], verbs: ['get'] },
  ])
  expect(all.filter(({ roleRef }) => roleRef?.name === reader?.metadata.name)).toEqual([])
})

it('of Leases the relay may touch its own, in its own namespace', async ({ expect }) => {
  const all = await objects('relay')
  const role = all.find(({ rules }) => rules.some(({ resources }) => resources.includes('leases')))
  expect(role).toMatchObject({ kind: 'Role', metadata: { namespace: 'edge-issuer' } })
  const config = readConfig([], {})
  const leaseName = config.ok && config.value !== 'help' ? config.value.leaseName : undefined
  expect(role?.rules.map(({ verbs, resourceNames }) => ({ verbs, resourceNames }))).toEqual([
    // A name cannot narrow create: there is no object yet that would have it.
    { verbs: ['create'], resourceNames: undefined },
    { verbs: ['get', 'watch', 'patch'], resourceNames: [leaseName] },
  ])
})

it('the relay may sign for ClusterIssuers of ours, and for no other signer', async ({ expect }) => {
  const rules = (await objects('relay')).flatMap(({ rules: all }) => all)
  expect(rules.filter(({ verbs }) => verbs.includes('sign'))).toEqual([
    {
      apiGroups: ['certificates.k8s.io'],
      resources: ['signers'],
      verbs: ['sign'],
      resourceNames: [`${CLUSTER_ISSUER.plural}.${GROUP}/*`],
    },
  ])
})

it('the approve role is bound in the whole cluster and names our signers', async ({ expect }) => {
  const [role, binding] = await objects('approve')
  expect(role?.rules).toEqual([
    {
      apiGroups: ['cert-manager.io'],
      resources: ['signers'],
      verbs: ['approve'],
      resourceNames: [`${ISSUER.plural}.${GROUP}/*`, `${CLUSTER_ISSUER.plural}.${GROUP}/*`],
    },
  ])
  expect(binding?.kind).toBe('ClusterRoleBinding')
  // Messages of the relay contain this name.
  expect(role?.metadata.name).toBe(APPROVE_ROLE)
})

const crdSchema = z.object({
  spec: z.object({
    group: z.string(),
    scope: z.string(),
    names: z.looseObject({ kind: z.string(), plural: z.string() }),
    versions: z.tuple([z.looseObject({ name: z.string(), schema: z.unknown() })]),
  }),
})

it.for([ISSUER, CLUSTER_ISSUER])(
  'the CRD of $kind is what the relay addresses',
  async (resource, { expect }) => {
    const text = await readFile(
      new URL(`../../crds/${resource.plural}.yaml`, import.meta.url),
      'utf8',
    )
    const { spec } = crdSchema.parse(parseAllDocuments(text)[0]?.toJS())
    expect({
      group: spec.group,
      version: spec.versions[0].name,
      kind: spec.names.kind,
      plural: spec.names.plural,
      namespaced: spec.scope === 'Namespaced',
    }).toEqual({ ...resource, group: GROUP, version: VERSION })
    expect(FIELD_MANAGER).toBe(GROUP)
  },
)

it('both kinds have one schema, and every field of it is described', async ({ expect }) => {
  const [issuers, clusterIssuers] = await Promise.all(
    ['issuers', 'clusterissuers'].map(async (plural) => {
      const text = await readFile(new URL(`../../crds/${plural}.yaml`, import.meta.url), 'utf8')
      return crdSchema.parse(parseAllDocuments(text)[0]?.toJS()).spec.versions
    }),
  )
  const refOf = (versions: unknown): unknown => SERVICE_ACCOUNT_REF.reduce(memberOf, versions)
  // The relay's own ServiceAccount is for ClusterIssuers, which only admins create.
  expect(memberOf(refOf(issuers), 'required')).toEqual(['name'])
  expect(memberOf(refOf(clusterIssuers), 'required')).toBeUndefined()
  expect(JSON.parse(JSON.stringify(issuers, withoutRequiredName))).toEqual(clusterIssuers)
  expect(undescribed(issuers?.[0].schema, 'schema')).toEqual([])
})

const SERVICE_ACCOUNT_REF =
  '0.schema.openAPIV3Schema.properties.spec.properties.serviceAccountRef'.split('.')

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

const withoutRequiredName = (key: string, value: unknown): unknown =>
  key === 'required' && Array.isArray(value) && value.join() === 'name' ? undefined : value

/** Paths of the properties in a schema that have no description. */
function undescribed(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key !== 'properties') return undescribed(value, `${path}.${key}`)
    const properties = z.record(z.string(), z.looseObject({})).parse(value)
    return Object.entries(properties).flatMap(([name, property]) => {
      // The API server describes metadata itself.
      const isDescribed = 'description' in property || name === 'metadata'
      const inside = undescribed(property, `${path}.${name}`)
      return isDescribed ? inside : [`${path}.${name}`].concat(inside)
    })
  })
}
