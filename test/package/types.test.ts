/**
 * The types of `edge-issuer/worker` in a project with and without the types of Cloudflare Workers.
 *
 * @module
 */
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { afterAll, beforeAll, it } from 'vitest'
import { COPIED_FILES, packageJson } from '../../deploy/package/package-files.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SOURCE = 'deploy/package/worker.d.mts'

const PLAIN = `
import { createWorker } from 'edge-issuer/worker'
export { CertificateIndex, Directory, Genesis, Ledger } from 'edge-issuer/worker'
export default createWorker('{}')
`
const WITH_ENV = `${PLAIN}
export type Objects = DurableObjectNamespace<import('edge-issuer/worker').Ledger>
export const handler: ExportedHandler<{ LEDGER: Objects }> = createWorker({})
`

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edge-issuer-types-'))
  const own = join(folder, 'node_modules/edge-issuer')
  await mkdir(join(own, 'worker'), { recursive: true })
  await copyFile(join(ROOT, SOURCE), join(own, COPIED_FILES[SOURCE] ?? ''))
  await writeFile(join(own, 'package.json'), JSON.stringify(packageJson('0.0.0')))
  await mkdir(join(folder, 'node_modules/@cloudflare'))
  await symlink(
    join(ROOT, 'node_modules/@cloudflare/workers-types'),
    join(folder, 'node_modules/@cloudflare/workers-types'),
  )
})
afterAll(async () => rm(folder, { recursive: true }))

it.for([
  { name: 'only the language', lib: ['ES2024'], types: [], source: PLAIN },
  { name: 'the types of browsers', lib: ['ES2024', 'DOM'], types: [], source: PLAIN },
  {
    name: 'the types of Cloudflare',
    lib: ['ES2024'],
    types: ['@cloudflare/workers-types'],
    source: WITH_ENV,
  },
  {
    name: 'a wrong argument',
    lib: ['ES2024'],
    types: [],
    source: `import { createWorker } from 'edge-issuer/worker'\ncreateWorker(1)\n`,
    error: 'worker.ts(2,14): error TS2345',
  },
])('$name', async ({ lib, types, source, error }, { expect }) => {
  const compilerOptions = {
    lib,
    types,
    module: 'NodeNext',
    target: 'ES2024',
    strict: true,
    noEmit: true,
  }
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['worker.ts'] }),
  )
  await writeFile(join(folder, 'worker.ts'), source)
  const { code, stdout } = await runCommand({
    command: process.execPath,
    args: [join(ROOT, 'node_modules/typescript/bin/tsc'), '--project', folder],
    env: {},
    cwd: folder,
  })
  if (error === undefined) expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  else expect(stdout).toContain(error)
})
