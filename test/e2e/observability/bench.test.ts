import { type CommandResult, runCommand } from '@edge-issuer/testbed/processes/process'
/**
 * The benchmarks that need a cluster, with the smallest load: the format of their output, not the figures.
 *
 * @module
 */
import { it } from 'vitest'
import { z } from 'zod'

const ROOT = new URL('../../..', import.meta.url).pathname
const TIMEOUT_MS = 600_000

/** Runs `npm run bench -- …` without npm. */
const bench = async (...args: readonly string[]): Promise<CommandResult> =>
  runCommand({
    command: process.execPath,
    args: ['bench/main.ts', ...args],
    cwd: ROOT,
    env: process.env,
  })

const start = z.strictObject({ rssBytes: z.int().positive(), syncedMs: z.number().positive() })
const hostile = z.strictObject({
  issuers: z.literal(20),
  caBundleLength: z.literal(65_536),
  pending: z.literal(40),
  limitBytes: z.literal(256 * 1_048_576),
  rssBytes: z.int().positive(),
  syncedMs: z.number().positive(),
  firstCertificateMs: z.number().positive(),
  issuedMs: z.number().positive(),
  metricsBytes: z.int().positive(),
})
const figures = z.strictObject({
  readyMs: z.number().positive(),
  p50Ms: z.number().positive(),
  p99Ms: z.number().positive(),
  apiCallsPerCertificate: z.number().positive(),
})

it.for([
  [
    'memory',
    ['--foreign', '20', '--starts', '1', '--issuers', '20', '--pending', '40', '--seconds', '1'],
    z.strictObject({ foreign: z.literal(20), selector: start, fallback: start, hostile }),
  ],
  [
    'burst',
    ['--requests', '20', '--rounds', '1'],
    z.strictObject({ ours: figures, inTree: figures, ratio: z.number().positive() }),
  ],
] as const)(
  '%s prints one line of JSON, and nothing else',
  { timeout: TIMEOUT_MS },
  async ([name, args, shape], { expect }) => {
    const { code, stdout, stderr } = await bench(name, '--json', ...args)
    expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({
      code: 0,
      stderr: '',
      lines: 2,
    })
    expect(shape.safeParse(JSON.parse(stdout)).error).toBeUndefined()
  },
)
