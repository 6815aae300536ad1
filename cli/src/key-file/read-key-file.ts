import { err, ok, type Result } from '@edge-issuer/shared'
import { readPrivateKeyPem } from '../client/secret-manifest.ts'
import { readInput } from '../files/read-input.ts'
import type { Io } from '../terminal/io.ts'
import { explainKeyFile } from './explain.ts'

/** Reads a private key in PKCS#8 PEM. @returns The PEM, or an error that quotes nothing of the file except PEM labels. */
export async function readKeyFile(path: string, io: Io): Promise<Result<string, string>> {
  const content = await readInput(path, io)
  if (!content.ok) return content
  const problem = explainKeyFile(content.value, path)
  return problem === undefined ? ok(Buffer.from(content.value).toString('utf8')) : err(problem)
}

/** Reads a private key like {@link readKeyFile}, or from a Secret that `client create` wrote. */
export async function readClientKeyFile(path: string, io: Io): Promise<Result<string, string>> {
  const content = await readInput(path, io)
  if (!content.ok) return content
  const inSecret = readPrivateKeyPem(Buffer.from(content.value).toString('utf8'), path)
  // If the file contains a key, the message about the key is more helpful than that it is not a Secret.
  if (inSecret.ok) {
    const problem = explainKeyFile(Buffer.from(inSecret.value), path)
    return problem === undefined ? inSecret : err(problem)
  }
  const problem = explainKeyFile(content.value, path)
  const isOther = problem === undefined || problem.startsWith(`"${path}" is not a private key`)
  return err(isOther ? inSecret.error : problem)
}
