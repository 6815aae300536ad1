import { manifests } from '@edge-issuer/testbed/relay/manifests'
/**
 * The shipped permissions, one by one: a verb on a resource (on one name of it, where names
 * are given) or on a path in a role.
 *
 * @module
 */
import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'

const resourceRuleSchema = z.strictObject({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
})
const pathRuleSchema = z.strictObject({
  nonResourceURLs: z.array(z.string()),
  verbs: z.array(z.string()),
})

const ROLE_KINDS = ['Role', 'ClusterRole'] as const

const kindSchema = z.looseObject({ kind: z.string() })

const roleSchema = z.looseObject({
  kind: z.enum(ROLE_KINDS),
  metadata: z.looseObject({ name: z.string() }),
  rules: z.array(z.union([resourceRuleSchema, pathRuleSchema])),
})

/** A role as it is shipped. */
export type Role = z.infer<typeof roleSchema>

/** One permission of a role. */
export interface Permission {
  readonly role: Role
  readonly group: string
  /** A resource, or a path, which begins with a slash and has no group. */
  readonly resource: string
  readonly verb: string
  /** The one object that it is limited to; any when absent. */
  readonly resourceName: string | undefined
}

/** @returns Every permission of every role in the manifests. */
export async function shippedPermissions(): Promise<readonly Permission[]> {
  const objects = parseAllDocuments(await manifests('relay', 'approve')).map((one): unknown =>
    one.toJS(),
  )
  return objects.filter(isRole).flatMap((object) => permissionsOf(roleSchema.parse(object)))
}

const isRole = (object: unknown): boolean =>
  ROLE_KINDS.some((kind) => kind === kindSchema.parse(object).kind)

const permissionsOf = (role: Role): readonly Permission[] =>
  role.rules.flatMap((rule) => {
    if ('nonResourceURLs' in rule) {
      return rule.nonResourceURLs.flatMap((resource) =>
        rule.verbs.map((verb) => ({ role, group: '', resource, verb, resourceName: undefined })),
      )
    }
    const { apiGroups, resources, verbs, resourceNames = [undefined] } = rule
    return apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) =>
          resourceNames.map((resourceName) => ({ role, group, resource, verb, resourceName })),
        ),
      ),
    )
  })

/** @returns The permission as text: `edge-issuer-relay may list issuers.edge-issuer.dev`. */
export function describePermission(permission: Permission): string {
  const { role, group, resource, verb, resourceName } = permission
  const what = group === '' ? resource : `${resource}.${group}`
  return `${role.metadata.name} may ${verb} ${what}${resourceName === undefined ? '' : ` ${resourceName}`}`
}

/** @returns The shipped manifest of the role. */
export const roleManifest = (role: Role): string => stringify(role)

/** @returns The manifest of the role without this permission. */
export function roleManifestWithout(permission: Permission): string {
  const { role } = permission
  const id = describePermission(permission)
  const rules = permissionsOf(role)
    .filter((other) => describePermission(other) !== id)
    .map(({ group, resource, verb, resourceName }) =>
      resource.startsWith('/')
        ? { nonResourceURLs: [resource], verbs: [verb] }
        : {
            apiGroups: [group],
            resources: [resource],
            verbs: [verb],
            resourceNames: resourceName === undefined ? undefined : [resourceName],
          },
    )
  return stringify({ ...role, rules })
}
