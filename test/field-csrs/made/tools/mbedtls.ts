/**
 * mbedTLS 2.28, as Debian 12 has it, for Python's ctypes.
 *
 * @module
 */
import type { Report } from '@edge-issuer/testbed/go-build/progress'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { findOrFetchPackage, libraryFolders } from './debian.ts'
import { requireCommand } from './on-path.ts'
import type { DebianTool } from './tools.ts'

const PACKAGE = 'libmbedx509-1'
const PROBE = ['-c', 'import ctypes; ctypes.CDLL("libmbedx509.so.1")'] as const

/** @throws Error with what is missing: Python, or the package in this machine's release */
export async function findOrFetchMbedtls(report: Report): Promise<DebianTool> {
  const command = await requireCommand('python3', ['--version'], 'Python')
  const root = await findOrFetchPackage(PACKAGE, report)
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    LD_LIBRARY_PATH: (await libraryFolders(root)).join(':'),
  }
  const { code, stderr } = await runCommand({ command, args: PROBE, env })
  if (code === 0) return { command, env }
  throw new Error(`mbedTLS 2.28 cannot be loaded: ${stderr.trim().split('\n').at(-1) ?? ''}`)
}
