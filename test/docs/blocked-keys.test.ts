/** The commands of the documentation print the hash that the worker compares. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { aKey, makeAuthority, toPem } from '@edge-issuer/testbed/pki/x509'
import { it } from 'vitest'
import { temporaryFolder } from '../cli/support/run-cli.ts'
import { ROOT } from './support/markdown.ts'

it.for(['openssl x509 -in leaf.crt', 'openssl req -in request.csr'])(
  '%s …',
  async (beginning, { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const key = aKey()
    await writeFile(join(cwd, 'leaf.crt'), makeAuthority({ key }).pem)
    await writeFile(join(cwd, 'request.csr'), toPem('CERTIFICATE REQUEST', makeCsr({ key })))
    const document = await readFile(join(ROOT, 'docs/operations.md'), 'utf8')
    const command = document.split('\n').find((line) => line.startsWith(beginning)) ?? 'false'
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd })
    expect(stdout.split(' ')[0]).toBe(createHash('sha256').update(key.spki).digest('hex'))
  },
)
