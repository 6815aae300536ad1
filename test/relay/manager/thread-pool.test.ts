import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { describe, it } from 'vitest'
import { widenThreadPool } from '../../../relay/src/manager/thread-pool.ts'

const SOURCES = join(import.meta.dirname, '../..', '..', 'relay', 'src')

/** Imports all of the relay, as its main module does, and then uses the pool. */
const PROGRAM = `
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import '${SOURCES}/manager/run.ts'
import { widenThreadPool } from '${SOURCES}/manager/thread-pool.ts'
widenThreadPool(process.env)
await readFile('/dev/null')
console.log(readdirSync('/proc/self/task').length)
`

describe('widenThreadPool', () => {
  it.for([
    [undefined, '64'],
    ['4', '64'],
    ['many', '64'],
    ['128', '128'],
  ])('makes %s to %s', ([before, after], { expect }) => {
    const environment = before === undefined ? {} : { UV_THREADPOOL_SIZE: before }
    widenThreadPool(environment)
    expect(environment).toEqual({ UV_THREADPOOL_SIZE: after })
  })

  it.runIf(process.platform === 'linux')(
    'comes before the pool is used for the first time',
    async ({ expect }) => {
      const { stdout, stderr } = await runCommand({
        command: process.execPath,
        args: ['--input-type=module', '--eval', PROGRAM],
        cwd: SOURCES,
        env: {},
      })
      expect(stderr).toBe('')
      expect(Number(stdout)).toBeGreaterThanOrEqual(64)
    },
  )
})
