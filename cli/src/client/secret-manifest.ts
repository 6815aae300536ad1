import { err, ok, type Result } from '@edge-issuer/shared'
import { parse, stringify } from 'yaml'
import { z } from 'zod'

/** Entry of the Secret from which the relay reads its key. */
const PRIVATE_KEY_ENTRY = 'private-key.pem'

/** Name and namespace of the Secret. */
export interface SecretTarget {
  readonly name: string
  /** Chosen by `kubectl -n` when `undefined`. */
  readonly namespace: string | undefined
}

/** A Secret as `kubectl apply` takes it. */
export interface SecretManifest {
  readonly apiVersion: 'v1'
  readonly kind: 'Secret'
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly type: 'Opaque'
  readonly stringData: Readonly<Record<string, string>>
}

/** The Secret that an Issuer's `authSecretName` names. */
export const secretManifest = (
  { name, namespace }: SecretTarget,
  privateKeyPem: string,
): SecretManifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  type: 'Opaque',
  stringData: { [PRIVATE_KEY_ENTRY]: privateKeyPem },
})

/** Formats a manifest as YAML. */
export const manifestYaml = (manifest: SecretManifest): string => stringify(manifest)

const manifestSchema = z.object({
  kind: z.literal('Secret'),
  stringData: z.object({ [PRIVATE_KEY_ENTRY]: z.string() }),
})

/**
 * Reads the private key from a file that contains either the PEM or a Secret manifest.
 *
 * @param path - Path of the file, for the error.
 * @returns The PEM, or an error that quotes nothing of the file.
 */
export function readPrivateKeyPem(content: string, path: string): Result<string, string> {
  if (content.trimStart().startsWith('-----BEGIN ')) return ok(content)
  const manifest = manifestSchema.safeParse(parseYaml(content))
  return manifest.success
    ? ok(manifest.data.stringData[PRIVATE_KEY_ENTRY])
    : err(
        `"${path}" is neither a PEM private key nor a Secret manifest with ${PRIVATE_KEY_ENTRY} under stringData`,
      )
}

function parseYaml(content: string): unknown {
  try {
    return parse(content)
  } catch {
    // The library's message quotes the text, which may be a key.
    return undefined
  }
}
