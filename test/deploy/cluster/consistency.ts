/**
 * What must hold of the objects of a release, whatever its values are.
 *
 * @module
 */
import { z } from 'zod'
import { nameOf, podTemplateIn, type Shipped } from './objects.ts'

const DNS_LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/u
const LABEL_VALUE = /^([a-z0-9]([-\w.]{0,61}[a-z0-9])?)?$/iu
/** The one name with a colon, by cert-manager's convention; CRDs and ServiceAccounts have dots. */
const NOT_LABELS: ReadonlySet<string> = new Set(['CustomResourceDefinition', 'ServiceAccount'])
const APPROVE_ROLE = 'cert-manager-controller-approve:edge-issuer-dev'

const selectorSchema = z.looseObject({ matchLabels: z.record(z.string(), z.string()) })
const specSchema = z.looseObject({
  selector: z.union([selectorSchema, z.record(z.string(), z.string())]).optional(),
  podSelector: selectorSchema.optional(),
})

/** Labels that an object selects others by. */
function selectorOf(object: Shipped): Readonly<Record<string, string>> | undefined {
  const spec = specSchema.safeParse(object['spec'])
  if (!spec.success) return undefined
  const selector = spec.data.selector ?? spec.data.podSelector
  const byLabels = selectorSchema.safeParse(selector)
  if (byLabels.success) return byLabels.data.matchLabels
  return z.record(z.string(), z.string()).optional().parse(selector)
}

/** @returns What is wrong, one line each. */
export function inconsistencies(objects: readonly Shipped[]): readonly string[] {
  return [
    ...repeated(objects.map(nameOf)).map((name) => `two objects are ${name}`),
    ...podTemplateIn(objects)
      .spec.containers.flatMap(({ env }) => repeated(env.map(({ name }) => name)))
      .map((name) => `two variables are ${name}`),
    ...objects
      .filter((object) => !isNamed(object))
      .map((object) => `invalid name: ${nameOf(object)}`),
    ...objects.flatMap((object) =>
      Object.entries(object.metadata.labels)
        .filter(([, value]) => !LABEL_VALUE.test(value))
        .map(([name, value]) => `invalid label of ${nameOf(object)}: ${name}=${value}`),
    ),
    ...objects
      .filter((object) => !selects(object, objects))
      .map((object) => `${nameOf(object)} selects nothing`),
  ]
}

const repeated = (names: readonly string[]): readonly string[] =>
  names.filter((name, index) => names.indexOf(name) !== index)

const isNamed = ({ kind, metadata: { name } }: Shipped): boolean =>
  NOT_LABELS.has(kind) || name === APPROVE_ROLE || DNS_LABEL.test(name)

/** Whether what an object selects is there: a Service for a ServiceMonitor, else the Pods of the workload. */
function selects(object: Shipped, objects: readonly Shipped[]): boolean {
  const selector = selectorOf(object)
  if (selector === undefined) return true
  const candidates =
    object.kind === 'ServiceMonitor'
      ? objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.labels)
      : [podTemplateIn(objects).metadata.labels]
  const wanted = Object.entries(selector)
  const selected = candidates.filter((labels) =>
    wanted.every(([name, value]) => labels[name] === value),
  )
  return wanted.length > 0 && selected.length === 1
}
