/**
 * Which objects of a cluster the demo has created. In a cluster that the user named, it changes no others.
 *
 * @module
 */
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { shellWord } from '../terminal/shell-word.ts'
import { type ClusterTarget, type DemoCluster, describeTarget } from './cluster.ts'
import { LABEL, OWNER, REMOVE_ARGUMENTS } from './owner-label.ts'

/** Label of the relay's Deployment in the chart and in the manifests. */
const RELAY_LABEL = 'app.kubernetes.io/name=edge-issuer'

/** Maximum number of objects that an error names. */
const MAX_NAMED = 5

const objectSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
})
const listSchema = z.object({ items: z.array(objectSchema) })

type KubeObject = z.infer<typeof objectSchema>

/** @returns The objects of a YAML text as a List in JSON, with the label of the demo. */
export function labelled(manifests: string): string {
  const items = parseAllDocuments(manifests)
    .map((document): unknown => document.toJS())
    // A text of separators and comments has empty documents.
    .filter((document) => document !== null && document !== undefined)
    .map((document) => withLabel(objectSchema.parse(document)))
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

const withLabel = ({ metadata, ...rest }: KubeObject): KubeObject => ({
  ...rest,
  metadata: { ...metadata, labels: { ...metadata.labels, [LABEL]: OWNER } },
})

/** @throws Error if an object of the manifests exists that the demo has not created. */
export async function requireOwned(cluster: DemoCluster, manifests: string): Promise<void> {
  if (cluster.target === undefined) return
  const args = ['get', '--filename=-', '--ignore-not-found', '--output=json']
  const found = readObjects(await cluster.kubectl(args, labelled(manifests)))
  refuse(
    found.filter(({ metadata }) => metadata.labels?.[LABEL] !== OWNER),
    cluster.target,
  )
}

/** @throws Error if a relay runs in the cluster. */
export async function requireNoRelay(cluster: DemoCluster): Promise<void> {
  if (cluster.target === undefined) return
  const all = ['get', 'deployments', '--all-namespaces', '--output=json']
  refuse(readObjects(await cluster.kubectl([...all, `--selector=${RELAY_LABEL}`])), cluster.target)
}

/** The command that removes everything that the demo has created; namespaces and CRDs take their objects with them. */
export const removeCommand = ({ kubectlCommand, kubeconfig }: DemoCluster): string =>
  `${kubectlCommand} --kubeconfig ${shellWord(kubeconfig)} ${REMOVE_ARGUMENTS}`

/** Objects of kubectl's output in JSON, which is empty when there are none. */
function readObjects(json: string): readonly KubeObject[] {
  if (json.trim() === '') return []
  const value: unknown = JSON.parse(json)
  const list = listSchema.safeParse(value)
  return list.success ? list.data.items : [objectSchema.parse(value)]
}

/** @throws Error if there are objects. */
function refuse(objects: readonly KubeObject[], target: ClusterTarget): void {
  if (objects.length === 0) return
  const named = objects
    .slice(0, MAX_NAMED)
    .map(({ kind, metadata: { name, namespace } }) =>
      namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
    )
  const more = objects.length > MAX_NAMED ? ` and ${String(objects.length - MAX_NAMED)} more` : ''
  throw new Error(
    `${describeTarget(target)} has objects that the demo would change and has not created: ${named.join(', ')}${more}; use a cluster without edge-issuer, such as a new one by kind or k3d`,
  )
}
