/**
 * Checks expressions and alerts with Prometheus' own parser, engine and templates, in a Go program from the user's
 * cache, which is built if necessary.
 *
 * @module
 */
import { join } from 'node:path'
import { type BuildJob, findOrBuild } from '@edge-issuer/testbed/go-build/cached-build'
import { compile, REPRODUCIBLE_FLAGS } from '@edge-issuer/testbed/go-build/compile'
import type { Report } from '@edge-issuer/testbed/go-build/progress'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { inject } from 'vitest'
import { z } from 'zod'

const BINARY_NAME = 'query-checker'

/** Folder in the user's cache. */
const CACHE_NAME = 'query-judge'

const PROGRAM = {
  name: CACHE_NAME,
  title: 'the query checker',
  sourceFolder: join(import.meta.dirname, 'go'),
  flags: REPRODUCIBLE_FLAGS,
  build: async (job: BuildJob) => compile({ ...job, output: join(job.outputFolder, BINARY_NAME) }),
}

/**
 * @returns Path of the program
 * @throws Error that names what to install if the program is not built and Go is missing
 */
export async function findOrBuildQueryChecker(report: Report): Promise<string> {
  return join(await findOrBuild(PROGRAM, { report, env: process.env }), BINARY_NAME)
}

const checksSchema = z.array(
  z.strictObject({
    error: z.string(),
    selectors: z.array(z.strictObject({ metric: z.string(), labels: z.array(z.string()) })),
  }),
)

/** Result for an expression: a parse error, or every metric in it with the labels that it must have. */
export type ExpressionCheck = z.infer<typeof checksSchema>[number]

/** Parses expressions. @returns The results in the same order. */
export const checkExpressions = async (
  expressions: readonly string[],
): Promise<readonly ExpressionCheck[]> =>
  checksSchema.parse(await runChecker('expressions', expressions))

/** Labels of each metric, by the name of its samples. */
export type MetricLabels = Readonly<Record<string, readonly string[]>>

const metricsSchema = z.record(z.string(), z.array(z.string()))

/** Parses the text format. @throws Error if Prometheus rejects it */
export const readMetrics = async (text: string): Promise<MetricLabels> =>
  metricsSchema.parse(await runChecker('metrics', text))

/** A scrape target. */
export interface Target {
  /** Labels that are added to its samples. */
  readonly labels: Readonly<Record<string, string>>
  /** Its response at each step; empty for a failed scrape. */
  readonly scrapes: readonly string[]
}

/** Rules, and the targets for their evaluation. */
export interface AlertCase {
  /** YAML of rule groups. */
  readonly rules: string
  readonly startSeconds: number
  /** Interval of scrapes and evaluations. */
  readonly stepSeconds: number
  readonly targets: readonly Target[]
}

const stringMap = z.record(z.string(), z.string())
const firingsSchema = z.array(
  z.strictObject({
    name: z.string(),
    labels: stringMap,
    annotations: stringMap,
    fromStep: z.int(),
    toStep: z.int(),
  }),
)

/** An alert, from the first to the last step at which it fires. */
export type Firing = z.infer<typeof firingsSchema>[number]

/** Scrapes the targets and evaluates the rules. @throws Error for rules that Prometheus rejects */
export const evaluateAlerts = async (one: AlertCase): Promise<readonly Firing[]> =>
  firingsSchema.parse(await runChecker('alerts', one))

async function runChecker(command: string, input: unknown): Promise<unknown> {
  const { code, stdout, stderr } = await runCommand({
    command: inject('queryChecker'),
    args: [command],
    env: {},
    stdin: JSON.stringify(input),
  })
  if (code !== 0) throw new Error(stderr.trim())
  return JSON.parse(stdout)
}
