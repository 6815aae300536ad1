import { join } from 'node:path'
import { type CommandResult, runCommand } from '@edge-issuer/testbed/processes/process'
import { it } from 'vitest'
import * as z from 'zod'

const ROOT = join(import.meta.dirname, '..', '..')

/** Runs `npm run bench -- …` without npm. */
const bench = async (...args: readonly string[]): Promise<CommandResult> =>
  runCommand({
    command: process.execPath,
    args: ['bench/main.ts', ...args],
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  })

const figures = z.strictObject({
  ratioToCrypto: z.number().positive(),
  codecMicros: z.number().positive(),
  opsPerSecond: z.number().positive(),
  ratioToPeculiar: z.number().positive(),
})

const SHAPES = [
  [
    'worker',
    ['--rounds', '1', '--seconds', '0.001'],
    figures.extend({
      rsaKeyChecksMicros: z.strictObject({ 2048: z.number(), 4096: z.number() }),
      keys: z.strictObject({
        'P-384': figures,
        'P-521': figures,
        'RSA-2048': figures,
        'RSA-3072': figures,
        'RSA-4096': figures,
        Ed25519: figures,
      }),
    }),
  ],
  [
    'http',
    ['--seconds', '0.01'],
    z.strictObject({
      runs: z.tuple([run(1), run(16), run(64)]),
    }),
  ],
  [
    'size',
    ['--starts', '1'],
    z.strictObject({
      workerBundleGzipBytes: z.int().positive(),
      startToFirstAnswerMs: z.number().positive(),
      relayBundleBytes: z.int().positive(),
    }),
  ],
  [
    'serve',
    ['--certificates', '10', '--restarts', '1'],
    z.strictObject({
      certificates: z.literal(10),
      restarts: z.literal(1),
      restartMs: z.number().positive(),
      maxRestartMs: z.number().positive(),
      ledgerBytes: z.int().positive(),
    }),
  ],
] as const

function run(inFlight: number): z.ZodType {
  return z.strictObject({
    inFlight: z.literal(inFlight),
    requestsPerSecond: z.number().positive(),
    p50Ms: z.number().positive(),
    p99Ms: z.number().positive(),
  })
}

it.for(SHAPES)(
  '%s prints one line of JSON, and nothing else',
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

it('http speaks TLS, and prints a table for people', async ({ expect }) => {
  const { code, stdout } = await bench('http', '--tls', '--seconds', '0.01')
  expect(code).toBe(0)
  const [head = '', ...rows] = stdout.trimEnd().split('\n')
  expect(head).toContain('worker CPU')
  expect(rows.map((row) => Number.parseInt(row, 10))).toEqual([1, 16, 64])
})

it('another name is refused with the names there are', async ({ expect }) => {
  expect(await bench('speed')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'bench: there is no benchmark "speed"; there are: worker, http, size, serve, memory, burst, fairness, fleet, field-csrs\n',
  })
})

it.for([
  [['worker', '--round', '1'], '--round'],
  [['worker', '--rounds', '1.5'], '--rounds must be a whole number from 1 to 1000'],
  [['http', '--seconds', 'long'], '--seconds must be a number from 0.01 to 40'],
  [['size', 'now'], 'now'],
  [['memory', '--foreign', '0'], '--foreign must be a whole number from 1 to 100000'],
  [['burst', '--requests', 'many'], '--requests must be a whole number'],
  [['field-csrs', '--dir', ''], '--dir must not be empty'],
  [['field-csrs', '--rounds', '1'], '--rounds'],
] as const)('a wrong command line says what is wrong: %j', async ([args, word], { expect }) => {
  const { code, stdout, stderr } = await bench(...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(word)
})

it.for([
  [[], 'worker'],
  [[], 'memory'],
  [[], 'burst'],
  [['worker', '--help'], '--rounds N'],
  [['http', '--help'], '--tls'],
  [['size', '--help'], '--starts N'],
  [['memory', '--help'], '--foreign N'],
  [['burst', '--help'], '--requests N'],
  [['field-csrs', '--help'], '--dir DIR'],
] as const)('help is there: %j', async ([args, word], { expect }) => {
  const { code, stdout } = await bench(...args)
  expect(code).toBe(0)
  expect(stdout).toContain(word)
})

it('field-csrs says what is wrong with a directory', async ({ expect }) => {
  const { code, stdout, stderr } = await bench('field-csrs', '--dir', '/nonexistent')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('cannot read /nonexistent/manifest.json')
})
