/**
 * Java's TLS and PKIX as relying parties: one process for any number of certificates.
 * @module
 */
import { join } from 'node:path'
import type { KeyPair } from '@edge-issuer/testbed/pki/x509'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { commandOutput } from './command-output.ts'
import { peerServer } from './peer-server.ts'
import { NOT_CHECKED, type Probe, type Refused, type Verifier } from './verifier.ts'

const PROGRAM = join(import.meta.dirname, 'programs/Verify.java')

export const javaVerifier: Verifier = {
  name: 'Java',
  // The program is compiled where it runs, so that a runtime without its compiler is not enough.
  version: async () => {
    const [java, javac] = await Promise.all([
      commandOutput('java', ['--version']),
      commandOutput('java', ['--describe-module', 'jdk.compiler']),
    ])
    return javac === undefined ? undefined : java?.split('\n')[0]
  },
  verify: async (probes) => {
    const { code, stdout, stderr } = await runCommand({
      command: 'java',
      args: ['-XX:TieredStopAtLevel=1', PROGRAM],
      env: process.env,
      stdin: probes.map((probe) => `${question(probe).join('\t')}\n`).join(''),
    })
    if (code !== 0) throw new Error(`the Java verifier failed: ${stderr}`)
    const answers = stdout.replace(/\n$/, '').split('\n')
    if (answers.length !== probes.length) throw new Error(`${String(answers.length)} answers`)
    return probes.map(({ use }, index): Refused => {
      if (!isVerified(use)) return NOT_CHECKED
      const answer = answers[index] ?? ''
      return answer === '' ? undefined : answer
    })
  },
}

const isVerified = ({ kind }: Probe['use']): boolean =>
  kind === 'server' || kind === 'client' || kind === 'chain'

function question({ presented, use }: Probe): readonly string[] {
  const { certificate, intermediates, root, key } = presented
  const server = peerServer()
  return [
    use.kind === 'server' || use.kind === 'client' ? use.kind : 'chain',
    base64(Buffer.from(use.kind === 'server' ? use.host : '')),
    algorithm(key),
    base64(pkcs8(key)),
    base64(root),
    [certificate, ...intermediates].map(base64).join(','),
    base64(pkcs8(server.key)),
    base64(server.der),
  ]
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const pkcs8 = ({ privateKey }: KeyPair): Uint8Array =>
  privateKey.export({ format: 'der', type: 'pkcs8' })

/** In the words of java.security.KeyFactory. */
function algorithm({ type }: KeyPair): string {
  if (type === 'Ed25519') return 'EdDSA'
  return type.startsWith('RSA') ? 'RSA' : 'EC'
}
