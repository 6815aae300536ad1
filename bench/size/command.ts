/**
 * `npm run bench -- size`: what is shipped, and how fast the worker is there.
 *
 * @module
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { cachedWorkerLibrary } from '@edge-issuer/testbed/worker/worker-library'
import type { BenchCommand } from '../command.ts'
import { bundleRelay } from '../relay/bundle.ts'
import { median, round } from '../statistics.ts'
import { measureStarts } from './start.ts'

/** `npm run bench -- size`. */
export const size: BenchCommand = {
  summary: 'sizes of both bundles, and the time from the start of workerd to a first answer',
  description: `Builds both bundles as for deployment, then starts workerd again and again.

  workerBundleGzipBytes  the worker as a library, as a Worker's size is counted: without its configuration
  startToFirstAnswerMs   from the start of the process to the answer to a signed request, over plain
                         HTTP: configuration read, CA key proved (median)
  relayBundleBytes       the relay's one file`,
  numbers: {
    starts: { summary: 'starts of workerd', fallback: 15, min: 1, max: 1000, isWhole: true },
  },
  switches: {},
  run: async ({ numbers: { starts = 1 } }, report) => {
    const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-bench-'))
    try {
      report('bundling …')
      const { size: relayBundleBytes } = await stat(await bundleRelay())
      const library = await cachedWorkerLibrary()
      const workerBundleGzipBytes = gzipSync(await readFile(library)).length
      report(`starting ${String(starts)} times …`)
      const millis = await measureStarts(directory, starts)
      const startToFirstAnswerMs = round(median(millis), 1)
      return {
        json: { workerBundleGzipBytes, startToFirstAnswerMs, relayBundleBytes },
        lines: [
          `worker bundle, gzip    ${kib(workerBundleGzipBytes)}`,
          `start to first answer  ${startToFirstAnswerMs.toFixed(1)} ms (${Math.min(...millis).toFixed(1)} to ${Math.max(...millis).toFixed(1)})`,
          `relay bundle           ${kib(relayBundleBytes)}`,
        ],
      }
    } finally {
      await rm(directory, { recursive: true })
    }
  },
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB (${String(bytes)} bytes)`
