/**
 * Python's ssl module as a relying party: one process for any number of certificates.
 * @module
 */
import { join } from 'node:path'
import { toPem } from '@edge-issuer/testbed/pki/x509'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import * as z from 'zod'
import { commandOutput } from './command-output.ts'
import { peerServer } from './peer-server.ts'
import { presentedPem } from './tls-server.ts'
import { NOT_CHECKED, type Probe, type Refused, type Verifier } from './verifier.ts'

const PROGRAM = join(import.meta.dirname, 'programs/verify.py')

export const pythonVerifier: Verifier = {
  name: 'Python',
  version: () =>
    commandOutput('python3', ['-c', 'import ssl, sys; print(sys.version, ssl.OPENSSL_VERSION)']),
  verify: async (probes) => {
    const { code, stdout, stderr } = await runCommand({
      command: 'python3',
      args: [PROGRAM],
      env: process.env,
      stdin: probes.map((probe) => `${JSON.stringify(question(probe))}\n`).join(''),
    })
    if (code !== 0) throw new Error(`the Python verifier failed: ${stderr}`)
    const answers = stdout.trimEnd().split('\n')
    if (answers.length !== probes.length) throw new Error(`${String(answers.length)} answers`)
    return probes.map(({ use }, index): Refused => {
      if (!isTls(use)) return NOT_CHECKED
      const answer = z.string().parse(JSON.parse(answers[index] ?? ''))
      return answer === '' ? undefined : answer
    })
  },
}

const isTls = ({ kind }: Probe['use']): boolean => kind === 'server' || kind === 'client'

const question = ({ presented, use }: Probe): Readonly<Record<string, string>> => {
  const { pem, key } = peerServer()
  return {
    use: use.kind === 'client' ? 'client' : 'server',
    host: use.kind === 'server' ? use.host : 'not-checked.invalid',
    certificates: presentedPem(presented),
    key: presented.key.privateKeyPem,
    root: toPem('CERTIFICATE', presented.root),
    serverCertificate: pem,
    serverKey: key.privateKeyPem,
  }
}
