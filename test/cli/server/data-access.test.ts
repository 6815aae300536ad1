import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, it } from 'vitest'
import { checkWritable } from '../../../cli/src/server/data-access.ts'

const SERVICE_USER = 65_534
const IS_ROOT = process.getuid?.() === 0
const MODULE = new URL('../../../cli/src/server/data-access.ts', import.meta.url).href

/** Prints what the check of a path returns. */
const CHECK = `
  const { checkWritable } = await import(process.argv[1])
  console.log(JSON.stringify(await checkWritable([process.argv[2]])))
`

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'edge-issuer-access-'))
})
afterEach(async () => rm(directory, { recursive: true }))

it('files that this process can write, and missing ones, are right', async ({ expect }) => {
  await mkdir(join(directory, 'ledger/Ledger'), { recursive: true })
  await writeFile(join(directory, 'ledger/Ledger/a.sqlite'), '')
  const paths = [join(directory, 'ledger'), join(directory, 'missing')]
  expect(await checkWritable(paths)).toEqual({ ok: true })
})

it.runIf(IS_ROOT)('a file of root is named with its owner', async ({ expect }) => {
  const file = join(directory, 'ledger/a.sqlite-wal')
  await mkdir(join(directory, 'ledger'))
  await writeFile(file, '', { mode: 0o644 })
  await chmod(join(directory, 'ledger'), 0o777)
  await chmod(directory, 0o777)
  const args = ['--input-type=module', '-e', CHECK, MODULE, join(directory, 'ledger')]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    uid: SERVICE_USER,
    gid: SERVICE_USER,
    env: {},
  })
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    error: `cannot use "${file}": permission denied; it belongs to root (mode 0644), and this process runs as user 65534; change that with: chown 65534 ${file}`,
  })
})
