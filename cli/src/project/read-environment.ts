import { pathToFileURL } from 'node:url'
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
/**
 * Reads an environment of a project with the reader of its own wrangler, which knows what is inherited.
 *
 * @module
 */
import { installedPath } from '../files/installed-path.ts'
import type { Project } from './open-project.ts'

const routeSchema = z.union([
  z.string(),
  z.object({ pattern: z.string(), custom_domain: z.boolean().optional() }),
])

/** The members of an environment that decide whether the worker can run. */
const environmentSchema = z.object({
  name: z.string().optional(),
  main: z.string(),
  compatibility_date: z.string().optional(),
  workers_dev: z.boolean().optional(),
  route: routeSchema.optional(),
  routes: z.array(routeSchema).optional(),
  rules: z.array(z.object({ type: z.string(), globs: z.array(z.string()) })).default([]),
  preserve_file_names: z.boolean().optional(),
  durable_objects: z
    .object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })) })
    .default({ bindings: [] }),
  exports: z.record(z.string(), z.unknown()).default({}),
  r2_buckets: z.array(z.object({ binding: z.string() })).default([]),
  definedEnvironments: z.array(z.string()).default([]),
})

/** An environment as wrangler reads it. */
export type Environment = z.infer<typeof environmentSchema>

/** Reads an environment of wrangler.jsonc; the empty name is its top level. */
export type EnvironmentReader = (name: string) => Result<Environment, string>

type ReadConfig = (
  args: { readonly config: string; readonly env: string },
  options: { readonly hideWarnings: boolean },
) => unknown

const wranglerSchema = z.object({
  unstable_readConfig: z.custom<ReadConfig>((value) => typeof value === 'function'),
})

/** @returns The reader; `undefined` if wrangler is not installed in the project. */
export async function loadEnvironmentReader(
  project: Project,
): Promise<EnvironmentReader | undefined> {
  const path = installedPath(project.folder, 'wrangler')
  if (path === undefined) return undefined
  const { unstable_readConfig: readConfig } = wranglerSchema.parse(
    await import(pathToFileURL(path).href),
  )
  return (env) => {
    try {
      const config = readConfig({ config: project.wranglerConfig, env }, { hideWarnings: true })
      const parsed = environmentSchema.safeParse(config)
      return parsed.success
        ? ok(parsed.data)
        : err(`wrangler.jsonc: ${parsed.error.issues.map(issueText).join('; ')}`)
    } catch (thrown) {
      return err(
        `wrangler.jsonc: ${thrown instanceof Error ? thrown.message.trim() : String(thrown)}`,
      )
    }
  }
}

const issueText = ({ path, message }: z.core.$ZodIssue): string => `${path.join('.')}: ${message}`
