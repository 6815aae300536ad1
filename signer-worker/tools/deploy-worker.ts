/**
 * The checks before wrangler may deploy, in order; the first error ends them.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import * as z from 'zod/mini'
import { configSchema } from '../src/config/exports.ts'
import { checkHost, type WorkerPlace } from './public-host.ts'

/** What a deployment touches. */
export interface DeploySteps {
  /** An environment of wrangler.toml as wrangler reads it; throws for one that is not there. */
  readonly readEnvironment: (env: string) => unknown
  /** Runs `edge-issuer config check` with these arguments. @returns Its exit code. */
  readonly checkConfig: (args: readonly string[]) => Promise<number>
  readonly readText: (path: string) => Promise<string>
  /** Runs `wrangler deploy` with these arguments. @returns Its exit code. */
  readonly deploy: (args: readonly string[]) => Promise<number>
  /** Says why nothing is deployed. */
  readonly complain: (message: string) => void
}

/**
 * @param args - `--env NAME`; `--secret` and `--secrets` for the check; all others for wrangler.
 * @returns The exit code of what failed, or of wrangler.
 */
export async function deployWorker(args: readonly string[], steps: DeploySteps): Promise<number> {
  const refuse = (message: string): number => {
    steps.complain(message)
    return 1
  }
  const { env, checkFlags, wranglerFlags } = readFlags(args)
  if (env === '') return refuse('--env NAME is required: an environment of wrangler.toml')
  const place = readPlace(env, steps)
  if (typeof place === 'string') return refuse(place)
  const config = `signer-worker/signer.config.${env}.json`
  const checked = await steps.checkConfig([config, ...checkFlags])
  if (checked !== 0) return checked
  const { publicUrl } = configSchema.parse(JSON.parse(await steps.readText(config)))
  const error = checkHost(publicUrl, place)
  if (error !== undefined) return refuse(`${config}: ${error}; see env.${env} in wrangler.toml`)
  return steps.deploy(['--env', env, ...wranglerFlags])
}

interface Flags {
  /** Empty when there is none. */
  readonly env: string
  readonly checkFlags: readonly string[]
  readonly wranglerFlags: readonly string[]
}

/** What is not known here is wrangler's. */
function readFlags(args: readonly string[]): Flags {
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      env: { type: 'string', short: 'e' },
      secret: { type: 'string', multiple: true },
      secrets: { type: 'string' },
    },
    strict: false,
    tokens: true,
  })
  let env = ''
  const checkFlags: string[] = []
  const own = new Set<number>()
  for (const token of tokens) {
    if (token.kind !== 'option' || !['env', 'secret', 'secrets'].includes(token.name)) continue
    const value = token.value ?? ''
    own.add(token.index)
    if (token.inlineValue === false) own.add(token.index + 1)
    if (token.name === 'env') env = value
    else checkFlags.push(`--${token.name}=${value}`)
  }
  return { env, checkFlags, wranglerFlags: args.filter((_, index) => !own.has(index)) }
}

const routeSchema = z.union([
  z.string(),
  z.object({ pattern: z.string(), custom_domain: z.optional(z.boolean()) }),
])

/** As much of an environment as says where its worker is; wrangler's own types are not published. */
const placeSchema = z.object({
  name: z.string(),
  workers_dev: z.optional(z.boolean()),
  route: z.optional(routeSchema),
  routes: z.optional(z.array(routeSchema)),
})

/** @returns Where the worker of an environment is, or why there is no such environment. */
function readPlace(env: string, { readEnvironment }: DeploySteps): WorkerPlace | string {
  try {
    const { name, workers_dev, route, routes = [] } = placeSchema.parse(readEnvironment(env))
    return {
      name,
      hasWorkersDev: workers_dev,
      routes: [...routes, ...(route === undefined ? [] : [route])].map((one) =>
        typeof one === 'string'
          ? { pattern: one, isCustomDomain: false }
          : { pattern: one.pattern, isCustomDomain: one.custom_domain === true },
      ),
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
