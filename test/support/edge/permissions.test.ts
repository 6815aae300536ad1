import { describe, it } from 'vitest'
import { parse } from 'yaml'
import {
  describePermission,
  type Permission,
  roleManifestWithout,
  shippedPermissions,
} from './permissions.ts'

const PERMISSION: Permission = {
  role: {
    kind: 'ClusterRole',
    metadata: { name: 'r' },
    rules: [
      { apiGroups: ['g'], resources: ['a', 'b'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['s'], verbs: ['get'], resourceNames: ['x', 'y'] },
      { nonResourceURLs: ['/p', '/q'], verbs: ['get'] },
    ],
  },
  group: 'g',
  resource: 'b',
  verb: 'get',
  resourceName: undefined,
}

/** The permissions of a manifest as text. */
function allowed(manifest: string): readonly string[] {
  const { rules } = parse(manifest)
  return rules.map((rule: Record<string, readonly string[]>) =>
    rule['nonResourceURLs'] === undefined
      ? `${String(rule['verbs'])} ${String(rule['resources'])}.${String(rule['apiGroups'])} ${String(rule['resourceNames'] ?? '')}`
      : `${String(rule['verbs'])} ${String(rule['nonResourceURLs'])}`,
  )
}

describe('roleManifestWithout', () => {
  it('leaves out one permission, and nothing else', ({ expect }) => {
    expect(allowed(roleManifestWithout(PERMISSION))).toEqual([
      'get a.g ',
      'list a.g ',
      'list b.g ',
      'get s. x',
      'get s. y',
      'get /p',
      'get /q',
    ])
  })

  it('leaves out one path', ({ expect }) => {
    const path = { ...PERMISSION, group: '', resource: '/p', verb: 'get' }
    expect(allowed(roleManifestWithout(path))).toContain('get /q')
    expect(allowed(roleManifestWithout(path))).not.toContain('get /p')
  })

  it('leaves out one name', ({ expect }) => {
    const named = { ...PERMISSION, group: '', resource: 's', verb: 'get', resourceName: 'x' }
    expect(allowed(roleManifestWithout(named))).toContain('get s. y')
    expect(allowed(roleManifestWithout(named))).not.toContain('get s. x')
  })
})

describe('shippedPermissions', () => {
  it('finds every role and its permissions', async ({ expect }) => {
    const permissions = await shippedPermissions()
    const words = permissions.map(describePermission)
    expect(new Set(words).size).toBe(words.length)
    expect(words).toContain('edge-issuer-relay may list certificaterequests.cert-manager.io')
    expect(words).toContain('edge-issuer-credential-reader may get secrets')
    expect(words).toContain('edge-issuer-metrics-reader may get /metrics')
    expect(words).toContain(
      'cert-manager-controller-approve:edge-issuer-dev may approve signers.cert-manager.io issuers.edge-issuer.dev/*',
    )
  })
})
