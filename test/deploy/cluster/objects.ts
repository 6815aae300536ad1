/**
 * Objects in YAML as they are shipped, to be compared and taken apart.
 *
 * @module
 */
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

const labelsSchema = z.record(z.string(), z.string())

const shippedSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: labelsSchema.default({}),
    annotations: labelsSchema.optional(),
  }),
})

/** An object, whatever its kind. */
export type Shipped = z.infer<typeof shippedSchema>

/**
 * @returns The objects in a text of several documents.
 * @throws Error when the text is not YAML, or a map has a key twice.
 */
export const objectsIn = (yaml: string): readonly Shipped[] =>
  parseAllDocuments(yaml)
    .map((document): unknown => {
      const [error] = document.errors
      if (error !== undefined) throw error
      return document.toJS()
    })
    .filter((body) => body !== null)
    .map((body) => shippedSchema.parse(body))

/** @returns `Role edge-issuer/edge-issuer-relay` */
export const nameOf = ({ kind, metadata: { namespace, name } }: Shipped): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

const WORKLOADS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet'])

const deploymentSchema = z.looseObject({
  spec: z.looseObject({
    replicas: z.number(),
    template: z.looseObject({
      metadata: z.looseObject({ labels: labelsSchema }),
      spec: z.looseObject({
        serviceAccountName: z.string(),
        containers: z
          .array(
            z.looseObject({
              name: z.string(),
              image: z.string(),
              args: z.array(z.string()).default([]),
              env: z
                .array(z.looseObject({ name: z.string(), value: z.string().optional() }))
                .default([]),
            }),
          )
          .min(1),
      }),
    }),
  }),
})

/** The one Deployment, as far as tests look into it. */
export type ShippedDeployment = z.infer<typeof deploymentSchema>

/** @throws Error when there is not exactly one. */
export function deploymentIn(objects: readonly Shipped[]): ShippedDeployment {
  const [deployment, ...more] = objects.filter(({ kind }) => kind === 'Deployment')
  if (deployment === undefined || more.length > 0) throw new Error('there is not one Deployment')
  return deploymentSchema.parse(deployment)
}

const podTemplateSchema = z.looseObject({
  spec: z.looseObject({
    template: deploymentSchema.shape.spec.shape.template,
  }),
})

/**
 * The template of the Pods of the one Deployment or StatefulSet.
 *
 * @throws Error when there is not exactly one.
 */
export function podTemplateIn(objects: readonly Shipped[]): ShippedDeployment['spec']['template'] {
  const [workload, ...more] = objects.filter(({ kind }) => WORKLOADS.has(kind))
  if (workload === undefined || more.length > 0) throw new Error('there is not one workload')
  return podTemplateSchema.parse(workload).spec.template
}

/** The relay's container. */
export function relayContainerIn(
  objects: readonly Shipped[],
): ShippedDeployment['spec']['template']['spec']['containers'][number] {
  const { containers } = deploymentIn(objects).spec.template.spec
  const relay = containers.find(({ name }) => name === 'relay')
  if (relay === undefined) throw new Error('there is no container "relay"')
  return relay
}

/** @throws Error when there is no object of that kind */
export function objectIn(objects: readonly Shipped[], kind: string): Shipped {
  const found = objects.find((object) => object.kind === kind)
  if (found === undefined) throw new Error(`there is no ${kind}`)
  return found
}

/** The `spec` of the first object of a kind. */
export const specIn = (objects: readonly Shipped[], kind: string): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(objectIn(objects, kind)['spec'])
