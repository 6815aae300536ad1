import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { describe, it } from 'vitest'
import { WORKERD_VERSION, findWorkerd } from '../../../cli/src/server/workerd-program.ts'

const HERE = import.meta.dirname

describe('workerd', () => {
  it('is the one of wrangler, and of the version that is asked for', async ({ expect }) => {
    const wrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'))
    expect(wrangler('workerd/package.json')).toMatchObject({ version: WORKERD_VERSION })
    const found = await findWorkerd(undefined, [HERE])
    if (!found.ok) throw new Error(found.error)
    expect(found.value).toContain(dirname(wrangler.resolve('workerd/package.json')).slice(0, -7))
    const { stdout } = await promisify(execFile)(found.value, ['--version'])
    expect(stdout).toMatch(/^workerd \d{4}-\d\d-\d\d\n$/)
  })

  it('that is missing is an error with the package to install', async ({ expect }) => {
    expect(await findWorkerd(undefined, ['/nonexistent'])).toEqual({
      ok: false,
      error: `cannot find workerd; install it with: npm install --prefix /nonexistent workerd@${WORKERD_VERSION}, or name the program with --workerd`,
    })
  })

  it.for([
    { path: process.execPath, error: /is not workerd$/ },
    { path: '/nonexistent', error: /cannot run "\/nonexistent": / },
    { path: '/bin/false', error: /cannot run "\/bin\/false"/ },
  ])('$path is refused', async ({ path, error }, { expect }) => {
    const found = await findWorkerd(path, [HERE])
    expect(found).toEqual({ ok: false, error: expect.stringMatching(error) })
  })
})
