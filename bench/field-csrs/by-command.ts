import { runCli } from '@edge-issuer/testbed/cli'
import type { FieldCsr } from '@edge-issuer/testbed/field-csrs/corpus'
import { readRequested } from '@edge-issuer/testbed/field-csrs/requested'
import type { EdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
/**
 * The way of a person: `edge-issuer sign`.
 *
 * @module
 */
import { z } from 'zod'
import { EXIT_CODES } from '../../cli/src/command-line/exit-codes.ts'
import { checkCertificate } from './check-certificate.ts'
import type { Outcome } from './outcome.ts'

const answerSchema = z.object({ chain: z.string() })

/** What the command is asked for. */
export interface CommandTrial {
  readonly csr: FieldCsr
  /** PEM of the root that the chain must end at. */
  readonly root: string
  /** The client's default when absent. */
  readonly profile?: string | undefined
}

/** Signs a file with the command, in this process; its own deadline bounds it. */
export async function signByCommand(
  { worker, directory, clientKeyFile, tlsCaFile }: EdgeSigner,
  { csr, root, profile }: CommandTrial,
): Promise<Outcome> {
  const { usages, isCA } = readRequested(csr.content)
  const { code, stdout, stderr } = await runCli(
    [
      'sign',
      `--url=${worker.url}`,
      `--key=${clientKeyFile}`,
      `--ca-file=${tlsCaFile}`,
      `--csr=${csr.file}`,
      '--json',
      ...usages.flatMap((usage) => ['--usage', usage]),
      ...(isCA ? ['--is-ca'] : []),
      ...(profile === undefined ? [] : [`--profile=${profile}`]),
    ],
    { cwd: directory },
  )
  // Lines before the last one are for an operator who sends the request again.
  const message = stderr.trim().split('\n').at(-1) ?? ''
  switch (code) {
    case EXIT_CODES.done.exitCode:
      return checkCertificate({
        ...answerSchema.parse(JSON.parse(stdout)),
        root,
        csr: csr.content,
      })
    case EXIT_CODES.permanent.exitCode:
      return { kind: 'refused', by: 'worker', message }
    // The command itself says that the file holds no certification request.
    case EXIT_CODES.failed.exitCode:
      return { kind: 'refused', by: 'command', message }
    default:
      return { kind: 'unfinished', message: `exit code ${String(code)}; ${message}` }
  }
}
