/**
 * What is known of the relay's process without a cluster.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { describe, it } from 'vitest'
import { peakRssBytes } from '../../bench/process-memory.ts'
import { shippedNodeFlags } from '../../bench/relay/start-line.ts'

describe('the start line', () => {
  it('bounds the memory for what was just made', async ({ expect }) => {
    expect(await shippedNodeFlags()).toEqual(['--max-semi-space-size=2'])
  })

  it.for(['kustomize/workload/deployment.yaml', 'helm/edge-issuer/values.yaml'])(
    'has the flags that %s sets',
    async (file, { expect }) => {
      const text = await readFile(new URL(`../../deploy/${file}`, import.meta.url), 'utf8')
      for (const flag of await shippedNodeFlags()) expect(text).toContain(flag)
    },
  )
})

describe('the peak of resident memory', () => {
  it('is not less than what a process has now', async ({ expect }) => {
    const { rss } = process.memoryUsage()
    expect(await peakRssBytes(process.pid)).toBeGreaterThanOrEqual(rss * 0.9)
  })

  it('is unknown of a process that is not there', async ({ expect }) => {
    await expect(peakRssBytes(0)).rejects.toThrow('ENOENT')
  })
})
