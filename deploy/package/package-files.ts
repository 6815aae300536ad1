/**
 * The content of the npm package besides its code.
 *
 * @module
 */
import { OLDEST_NODE } from '../../cli/src/node-version.ts'

/** Paths in the package that other programs refer to. */
export const PACKAGE_PATHS = {
  command: 'bin/edge-issuer.mjs',
  worker: 'worker/index.mjs',
  workerTypes: 'worker/index.d.mts',
  relay: 'relay/relay.mjs',
  install: 'manifests/install.yaml',
  notices: 'THIRD_PARTY_NOTICES.txt',
} as const

/** Files that are copied: path in the package by path in the checkout. */
export const COPIED_FILES: Readonly<Record<string, string>> = {
  'deploy/package/README.md': 'README.md',
  'deploy/package/worker.d.mts': PACKAGE_PATHS.workerTypes,
  LICENSE: 'LICENSE',
  'CHANGELOG.md': 'CHANGELOG.md',
  'crds/clusterissuers.yaml': 'crds/clusterissuers.yaml',
  'crds/issuers.yaml': 'crds/issuers.yaml',
  'signer-worker/signer.config.schema.json': 'schemas/signer.config.schema.json',
}

/** The package.json of the package. */
export const packageJson = (version: string): object => ({
  name: 'edge-issuer',
  version,
  description:
    'A cert-manager external issuer whose CA lives outside the cluster: command and signing worker',
  keywords: ['ca', 'cert-manager', 'certificates', 'cloudflare-workers', 'kubernetes', 'pki'],
  homepage: 'https://github.com/edge-issuer/edge-issuer#readme',
  bugs: 'https://github.com/edge-issuer/edge-issuer/issues',
  license: 'Apache-2.0',
  repository: { type: 'git', url: 'git+https://github.com/edge-issuer/edge-issuer.git' },
  type: 'module',
  bin: { 'edge-issuer': PACKAGE_PATHS.command },
  exports: {
    './worker': {
      types: `./${PACKAGE_PATHS.workerTypes}`,
      default: `./${PACKAGE_PATHS.worker}`,
    },
    './schemas/*': './schemas/*',
    './package.json': './package.json',
  },
  engines: { node: `>=${OLDEST_NODE}` },
})
