import { err, ok, type Result } from '@edge-issuer/shared'
import { readPrivateKeyPem } from '../client/secret-manifest.ts'
import { readInput } from '../files/read-input.ts'
import type { Io } from '../terminal/io.ts'
import { explainKeyFile } from './explain.ts'

/** Reads a private key, PKCS#8 PEM. @returns What the file is instead; nothing of it but labels is quoted. */
export async function readKeyFile(path: string, io: Io): Promise<Result<string, string>> {
  const content = await readInput(path, io)
  if (!content.ok) return content
  const problem = explainKeyFile(content.value, path)
  return problem === undefined
    ? ok(Buffer.from(content.value).toString('utf8'))
    : err(`"${path}" ${problem}`)
}

/** As {@link readKeyFile}; the key may also be in a Secret as `client create` writes it. */
export async function readClientKeyFile(path: string, io: Io): Promise<Result<string, string>> {
  const content = await readInput(path, io)
  if (!content.ok) return content
  const inSecret = readPrivateKeyPem(Buffer.from(content.value).toString('utf8'))
  // A file with a key in it has a better message than that it is no Secret.
  if (inSecret.ok) {
    const problem = explainKeyFile(Buffer.from(inSecret.value), path)
    return problem === undefined ? inSecret : err(`"${path}" ${problem}`)
  }
  const problem = explainKeyFile(content.value, path)
  const isOther = problem === undefined || problem.startsWith('is no private key')
  return err(`"${path}" ${isOther ? inSecret.error : problem}`)
}
