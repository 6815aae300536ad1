/**
 * Prometheus' own parser, engine and templates as judges, in a Go program: found in the user's cache, or
 * built.
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

const BINARY_NAME = 'query-judge'

const PROGRAM = {
  name: BINARY_NAME,
  title: 'the judge of queries',
  sourceFolder: join(import.meta.dirname, 'go'),
  flags: REPRODUCIBLE_FLAGS,
  build: async (job: BuildJob) => compile({ ...job, output: join(job.outputFolder, BINARY_NAME) }),
}

/**
 * @returns the path of the program
 * @throws Error that says what to install when it is not built yet and there is no Go
 */
export async function findOrBuildQueryJudge(report: Report): Promise<string> {
  return join(await findOrBuild(PROGRAM, { report, env: process.env }), BINARY_NAME)
}

const verdictsSchema = z.array(
  z.strictObject({
    fault: z.string(),
    selectors: z.array(z.strictObject({ metric: z.string(), labels: z.array(z.string()) })),
  }),
)

/** What an expression asks for: every metric in it, and the labels that it must have. */
export type ExpressionVerdict = z.infer<typeof verdictsSchema>[number]

/** Parses expressions; the answers are in the same order. */
export const judgeExpressions = async (
  expressions: readonly string[],
): Promise<readonly ExpressionVerdict[]> =>
  verdictsSchema.parse(await ask('expressions', expressions))

/** Labels of each metric, by the name of its samples. */
export type MetricLabels = Readonly<Record<string, readonly string[]>>

const metricsSchema = z.record(z.string(), z.array(z.string()))

/** Reads the text format. @throws Error where Prometheus would not take it */
export const readMetrics = async (text: string): Promise<MetricLabels> =>
  metricsSchema.parse(await ask('metrics', text))

/** One target, as Prometheus sees it. */
export interface Target {
  /** What its samples get besides their own labels. */
  readonly labels: Readonly<Record<string, string>>
  /** What it answered at each step; empty when it did not. */
  readonly scrapes: readonly string[]
}

/** Rules, and what they are held against. */
export interface AlertCase {
  /** YAML of groups, as in a file of rules. */
  readonly rules: string
  readonly startSeconds: number
  /** Between two scrapes, and two evaluations. */
  readonly stepSeconds: number
  readonly targets: readonly Target[]
}

const words = z.record(z.string(), z.string())
const firingsSchema = z.array(
  z.strictObject({
    name: z.string(),
    labels: words,
    annotations: words,
    fromStep: z.int(),
    toStep: z.int(),
  }),
)

/** An alert from the first step at which it fires to the last one. */
export type Firing = z.infer<typeof firingsSchema>[number]

/** Scrapes and evaluates. @throws Error for rules that Prometheus would not load */
export const judgeAlerts = async (one: AlertCase): Promise<readonly Firing[]> =>
  firingsSchema.parse(await ask('alerts', one))

async function ask(question: string, about: unknown): Promise<unknown> {
  const { code, stdout, stderr } = await runCommand({
    command: inject('queryJudge'),
    args: [question],
    env: {},
    stdin: JSON.stringify(about),
  })
  if (code !== 0) throw new Error(stderr.trim())
  return JSON.parse(stdout)
}
