/**
 * curl as a relying party: an HTTPS request to a server on the loopback interface.
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toPem } from '@edge-issuer/testbed/pki/x509'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { inBatches } from './batches.ts'
import { commandOutput } from './command-output.ts'
import { presentAsServer, WEAK_KEYS_TOO } from './tls-server.ts'
import { NOT_CHECKED, type Probe, type Refused, type Verifier } from './verifier.ts'

/** Processes at the same time. */
const BATCH_SIZE = 4
const TIMEOUT_SECONDS = 20

export const curlVerifier: Verifier = {
  name: 'curl',
  version: async () => (await commandOutput('curl', ['--version']))?.split('\n')[0],
  verify: (probes) => inBatches(probes, BATCH_SIZE, verify),
}

async function verify({ presented, use }: Probe): Promise<Refused> {
  if (use.kind !== 'server') return NOT_CHECKED
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-curl-'))
  try {
    await using server = await presentAsServer(presented)
    const root = join(folder, 'root.pem')
    await writeFile(root, toPem('CERTIFICATE', presented.root))
    const host = isIPv6(use.host) ? `[${use.host}]` : use.host
    const { code, stderr } = await runCommand({
      command: 'curl',
      args: [
        ...'--disable --silent --show-error --noproxy * --output /dev/null'.split(' '),
        ...`--max-time ${String(TIMEOUT_SECONDS)} --ciphers ${WEAK_KEYS_TOO}`.split(' '),
        ...`--cacert ${root} --connect-to ::127.0.0.1:${String(server.port)}`.split(' '),
        `https://${host}/`,
      ],
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
    })
    return code === 0 ? undefined : stderr.trim()
  } catch (error) {
    return String(error)
  } finally {
    await rm(folder, { recursive: true })
  }
}
