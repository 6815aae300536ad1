/**
 * The memory that the relay's container has where it is deployed, and how Node's flags follow from it.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'

const DEPLOYMENT = new URL('../../deploy/kustomize/workload/deployment.yaml', import.meta.url)
const MIB = 1_048_576
/** Share of the memory limit. Node reads the limit of its cgroup, which a process of the benchmark does not have. */
const HEAP_PERCENTAGE = '--max-old-space-size-percentage='

const deploymentSchema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([
          z.object({
            env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
            resources: z.object({
              limits: z.object({ memory: z.string().regex(/^\d+Mi$/) }),
            }),
          }),
        ]),
      }),
    }),
  }),
})

/** The limit of the container, and `NODE_OPTIONS` that have the same effect without a container. */
export interface ShippedLimits {
  readonly memoryBytes: number
  readonly nodeOptions: string
}

/** Reads the manifest of the Deployment. */
export async function shippedLimits(): Promise<ShippedLimits> {
  const text = await readFile(DEPLOYMENT, 'utf8')
  const [{ env, resources }] = deploymentSchema.parse(parse(text)).spec.template.spec.containers
  const mebibytes = Number.parseInt(resources.limits.memory, 10)
  const flags = env.find(({ name }) => name === 'NODE_OPTIONS')?.value?.split(' ') ?? []
  return {
    memoryBytes: mebibytes * MIB,
    nodeOptions: flags
      .map((flag) => {
        if (!flag.startsWith(HEAP_PERCENTAGE)) return flag
        const percentage = Number(flag.slice(HEAP_PERCENTAGE.length))
        return `--max-old-space-size=${String(Math.floor((mebibytes * percentage) / 100))}`
      })
      .join(' '),
  }
}
