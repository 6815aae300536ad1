/**
 * Kubeconfigs of every kind, for kubectl and for edge-issuer.
 *
 * @module
 */

/** The cluster, and credentials of an administrator. */
export interface KubeconfigWorld {
  readonly server: string
  readonly caPem: string
  /** PEM of a CA that has signed nothing here. */
  readonly otherCaPem: string
  readonly token: string
  readonly certificatePem: string
  readonly keyPem: string
  /** A key without a certificate. */
  readonly otherKeyPem: string
  /** An HTTP proxy that opens tunnels, those to `behind-the-proxy.invalid` to this host. */
  readonly proxy: string
}

/** Files of a case, relative to its folder. */
export interface KubeconfigScene {
  /** An executable one begins with `#!`. */
  readonly files: Readonly<Record<string, string>>
  /** Value of `KUBECONFIG`, with paths relative to the folder; the file `kubeconfig` when absent. */
  readonly variable?: string
  /** Flags of both `edge-issuer status` and `kubectl get`. */
  readonly flags?: readonly string[]
  /** More of the environment. */
  readonly environment?: Readonly<Record<string, string>>
}

/** One kind of kubeconfig. */
export interface KubeconfigCase {
  readonly name: string
  readonly scene: (world: KubeconfigWorld) => KubeconfigScene
  /** Part of edge-issuer's error where both fail; absent where both succeed. */
  readonly says?: string
  /** Number of times that edge-issuer runs the plugin; the minimum if the credentials expire. */
  readonly runs?: number
}

/** A name that only the proxy knows. */
export const BEHIND_THE_PROXY = 'behind-the-proxy.invalid'

type Fields = Readonly<Record<string, unknown>>

export const base64 = (text: string): string => Buffer.from(text).toString('base64')

interface Parts {
  readonly cluster?: Fields
  readonly user?: Fields
  readonly document?: Fields
}

/** A kubeconfig with one context; fields set to undefined are omitted. */
export function kubeconfig(world: KubeconfigWorld, parts: Parts = {}): string {
  const trust = { server: world.server, 'certificate-authority-data': base64(world.caPem) }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { ...trust, ...parts.cluster } }],
    users: [{ name: 'u', user: parts.user ?? { token: world.token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
    ...parts.document,
  })
}

/** A case of one file. */
export const oneFile =
  (partsOf: (world: KubeconfigWorld) => Parts, files: Fields = {}): KubeconfigCase['scene'] =>
  (world) => ({
    files: {
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [name, String(text)])),
      kubeconfig: kubeconfig(world, partsOf(world)),
    },
  })

const V1 = 'client.authentication.k8s.io/v1'
export const V1BETA1 = 'client.authentication.k8s.io/v1beta1'

/** A user with the plugin `./plugin`. */
export const execUser = (fields: Fields = {}): Fields => ({
  exec: { apiVersion: V1, command: './plugin', interactiveMode: 'Never', ...fields },
})

/** Output of a plugin. */
export const credential = (status: Fields, fields: Fields = {}): string =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion: V1, status, ...fields })

/** A plugin that counts its runs, does `before`, and prints `answer`. */
export const plugin = (answer: string, before = ''): string =>
  `#!/bin/sh\necho run >> "$(dirname "$0")/runs"\n${before}\ncat <<'END'\n${answer}\nEND\n`

/** A case of a plugin beside the file. */
export const execCase =
  (
    answerOf: (world: KubeconfigWorld) => string,
    { user = execUser(), before = '', cluster = {} }: ExecParts = {},
  ): KubeconfigCase['scene'] =>
  (world) => ({
    files: {
      plugin: plugin(answerOf(world), before),
      kubeconfig: kubeconfig(world, { user, cluster }),
    },
  })

interface ExecParts {
  readonly user?: Fields
  readonly before?: string
  readonly cluster?: Fields
}

/** A kubeconfig for {@link BEHIND_THE_PROXY}. */
export const behindTheProxy = (world: KubeconfigWorld): string =>
  kubeconfig(world, {
    cluster: {
      server: world.server.replace('127.0.0.1', BEHIND_THE_PROXY),
      'tls-server-name': 'localhost',
    },
  })
