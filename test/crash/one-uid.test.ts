import { signAnswerSchema } from '@edge-issuer/shared'
import { keyIdOf, signedPost } from '@edge-issuer/testbed/worker/signed-request'
import { it } from 'vitest'
import { aSignRequest } from '../signer-worker/support/sign-request.ts'
import { ISSUER, leafOf, startSignerBench } from './signer-harness.ts'

const POSTS = 200
const PUBLIC_URL = 'https://ca.example.com'

it('two hundred concurrent requests for one uid: the worker issues once', async ({ expect }) => {
  await using bench = await startSignerBench({ publicUrl: PUBLIC_URL })
  const key = bench.setup.client
  const signer = { key, keyId: keyIdOf(key), publicUrl: PUBLIC_URL }
  const request = aSignRequest()

  // Each has its own signature: none is a replay of another.
  const posts = Array.from({ length: POSTS }, () => signedPost(signer, ISSUER, request))
  const answers = await Promise.all(
    posts.map(async ({ path, ...post }) => {
      const response = await fetch(bench.worker.url + path, post)
      return { status: response.status, answer: signAnswerSchema.parse(await response.json()) }
    }),
  )

  const counts = { created: 0, replayed: 0, others: 0 }
  for (const { status, answer } of answers) {
    const isCreated = status === 201 && !answer.replayed
    const isReplayed = status === 200 && answer.replayed
    counts[isCreated ? 'created' : isReplayed ? 'replayed' : 'others'] += 1
  }
  expect(counts).toEqual({ created: 1, replayed: POSTS - 1, others: 0 })
  const [certificate, ...others] = new Set(answers.map(({ answer }) => leafOf(answer.chain)))
  expect(others).toEqual([])
  const rows = await bench.stopAndReadLedger()
  expect(rows).toEqual([{ uid: request.origin.uid, certificate }])
})
