import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** Who logs in: with a certificate and its key (PEM), or with a bearer token. */
type Login =
  | { readonly kind: 'certificate'; readonly certificatePem: string; readonly keyPem: string }
  | { readonly kind: 'token'; readonly token: string }

/** A file to write: `<name>.yaml` in the folder, for one user of one cluster. */
export interface KubeconfigOptions {
  readonly folder: string
  readonly name: string
  readonly server: string
  readonly caPem: string
  readonly login: Login
}

/** Writes a self-contained kubeconfig. @returns Its path. */
export async function writeKubeconfig(options: KubeconfigOptions): Promise<string> {
  const { name } = options
  const path = join(options.folder, `${name}.yaml`)
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'edge-issuer',
        cluster: {
          server: options.server,
          'certificate-authority-data': base64(options.caPem),
        },
      },
    ],
    users: [{ name, user: userOf(options.login) }],
    contexts: [{ name, context: { cluster: 'edge-issuer', user: name } }],
    'current-context': name,
  }
  await writeFile(path, stringify(config, { lineWidth: 0 }), { mode: 0o600 })
  return path
}

function userOf(login: Login): Readonly<Record<string, string>> {
  switch (login.kind) {
    case 'certificate':
      return {
        'client-certificate-data': base64(login.certificatePem),
        'client-key-data': base64(login.keyPem),
      }
    case 'token':
      return { token: login.token }
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
