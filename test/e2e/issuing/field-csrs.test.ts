import { CORPUS_DIRECTORY, readCorpus } from '@edge-issuer/testbed/field-csrs/corpus'
import { runCommand } from '@edge-issuer/testbed/processes/process'
/**
 * Certification requests of real tools, each as a CertificateRequest and by `edge-issuer sign`: the benchmark
 * over the corpus of this repository.
 */
import { it } from 'vitest'
import { z } from 'zod'

const ROOT = new URL('../../..', import.meta.url).pathname
const TIMEOUT_MS = 900_000

const counts = z.strictObject({ ok: z.int(), failed: z.int() })
const reported = z.strictObject({ signed: z.int(), refused: z.int(), other: z.int() })
const summarySchema = z.strictObject({
  sign: counts,
  refuse: counts,
  either: reported,
  webhook: reported,
  underOptions: z.array(z.string()),
  failures: z.array(z.looseObject({ name: z.string() })),
})

it('every request of the corpus ends as expected', { timeout: TIMEOUT_MS }, async ({ expect }) => {
  const corpus = await readCorpus(CORPUS_DIRECTORY)
  if (!corpus.ok) throw new Error(corpus.error)
  const count = (expected: string): number =>
    corpus.value.filter(({ expect: what }) => what === expected).length
  const { code, stdout, stderr } = await runCommand({
    command: process.execPath,
    args: ['bench/main.ts', 'field-csrs', '--json'],
    cwd: ROOT,
    env: process.env,
  })
  expect(stderr).toBe('')
  const { either, webhook, sign, refuse, underOptions, failures } = summarySchema.parse(
    JSON.parse(stdout),
  )
  expect(failures).toEqual([])
  expect(sign).toEqual({ ok: count('sign'), failed: 0 })
  expect(refuse).toEqual({ ok: count('refuse'), failed: 0 })
  // A KRB5PrincipalName and the TLS feature, which no default profile certifies or ignores.
  expect(underOptions).toEqual(['t-certtool-ext'])
  // What the webhook refuses is signed by neither way.
  expect(webhook).toEqual({ signed: 0, refused: count('webhook'), other: 0 })
  expect(either.signed + either.refused).toBe(count('either'))
  expect(code).toBe(0)
})
