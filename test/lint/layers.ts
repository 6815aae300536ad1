/**
 * The direction of imports: each workspace's folders from top to bottom. A folder imports only from layers
 * below its own. Lint enforces it by the overrides in `.oxlintrc.json`, which `write-overrides.ts` writes from
 * this table.
 *
 * @module
 */

/** One workspace. Folders of one layer do not import from each other. */
export interface Workspace {
  /** The folder of its sources. */
  readonly sources: string
  /** Folders, or files with their extension, directly below {@link sources}. */
  readonly layers: readonly (readonly string[])[]
  /** What no file of the workspace imports. */
  readonly everywhere: Restriction
  /** More for some of its folders. */
  readonly folders?: Readonly<Record<string, Restriction>>
}

/** As an entry of `patterns` of the rule `no-restricted-imports`. */
export interface Restriction {
  readonly group: readonly string[]
  readonly message: string
}

/** Every workspace whose direction is checked. */
export const WORKSPACES: readonly Workspace[] = [
  {
    sources: 'relay/src',
    layers: [
      ['main.ts', 'public'],
      ['manager'],
      ['config.ts'],
      ['http', 'leaderelection'],
      ['metrics'],
      ['reconcile'],
      ['requests', 'signer'],
      ['report', 'watch'],
      ['core'],
      ['kube'],
      ['kubeconfig'],
      ['net'],
      ['api', 'queue'],
      ['log.ts', 'version.ts'],
    ],
    everywhere: {
      group: ['hono', 'hono/*', '@peculiar/*', 'cloudflare:*', '**/signer-worker/**'],
      message: 'the relay does not load the worker half',
    },
    folders: {
      core: { group: ['node:*', '@kubernetes/*'], message: 'core is pure' },
    },
  },
  {
    sources: 'signer-worker/src',
    layers: [
      ['index.ts'],
      ['http'],
      ['schema-versions.ts'],
      ['ledger'],
      ['directory', 'genesis', 'index'],
      ['identity'],
      ['config'],
      ['ca'],
      ['policy'],
      ['model', 'storage'],
      ['env.d.ts'],
    ],
    everywhere: {
      group: ['node:*', '!node:crypto', '@kubernetes/*', '@peculiar/*', '**/relay/**'],
      message: "of Node's modules the worker loads only node:crypto, and nothing of the relay",
    },
  },
  {
    sources: 'shared/src',
    layers: [
      ['index.ts'],
      ['clients.ts'],
      ['admin.ts', 'as-approved.ts', 'request-digest.ts'],
      ['jwks-push.ts', 'messages.ts', 'x509'],
      [
        'der',
        'pem-request.ts',
        'pem.ts',
        'refusal.ts',
        'schema-messages.ts',
        'signature.ts',
        'usage-names.ts',
        'visible-text.ts',
      ],
      ['base64.ts', 'protocol.ts', 'usages.ts'],
      ['parse-error.ts', 'result.ts', 'version.ts'],
    ],
    everywhere: {
      group: ['node:*', 'cloudflare:*', 'hono', '@kubernetes/*'],
      message: 'shared runs in both runtimes',
    },
  },
  {
    sources: 'cli/src',
    layers: [
      ['bin.ts'],
      ['start.ts'],
      ['main.ts'],
      ['run.ts'],
      ['registry.ts'],
      ['commands'],
      ['backup'],
      ['certificates', 'clients', 'completion', 'demo'],
      ['server'],
      ['project'],
      ['config', 'worker'],
      ['context', 'key-file'],
      ['ca', 'client', 'status'],
      ['command-line'],
      ['processes'],
      ['files'],
      ['terminal'],
      ['compile-cache.ts', 'node-version.ts', 'version.ts'],
    ],
    everywhere: {
      group: ['**/relay/src/**', '**/signer-worker/src/**', '**/shared/src/**'],
      message: 'the command imports only what other workspaces export',
    },
  },
]

/** One entry of a workspace's layers, and the entries that it must not import from. */
export interface RestrictedEntry {
  /** A folder, or a file with its extension. */
  readonly entry: string
  readonly notBelow: readonly string[]
}

/** @returns Every entry, from the top layer to the bottom one. */
export const entriesOf = ({ layers }: Workspace): readonly RestrictedEntry[] =>
  layers.flatMap((layer, index) =>
    layer.map((entry) => ({
      entry,
      notBelow: [...layers.slice(0, index).flat(), ...layer.filter((other) => other !== entry)],
    })),
  )

/** One entry of `overrides` in `.oxlintrc.json`. */
export interface Override {
  readonly files: readonly string[]
  readonly rules: Readonly<Record<string, unknown>>
}

/**
 * @returns The overrides of a workspace. One for a folder replaces the options of the one for the whole
 *   workspace, so each has all that applies.
 */
export function overridesOf(workspace: Workspace): readonly Override[] {
  const { sources, everywhere, folders = {} } = workspace
  const perEntry = entriesOf(workspace).map(({ entry, notBelow }): Override => {
    const upward = {
      group: notBelow.map(patternOf),
      message: `not below ${entry}: see test/lint/layers.ts`,
    }
    const own = folders[entry]
    return {
      files: [isFile(entry) ? `${sources}/${entry}` : `${sources}/${entry}/**`],
      rules: restricting([
        everywhere,
        ...(own === undefined ? [] : [own]),
        ...(notBelow.length === 0 ? [] : [upward]),
      ]),
    }
  })
  return [{ files: [`${sources}/**`], rules: restricting([everywhere]) }, ...perEntry]
}

const restricting = (patterns: readonly Restriction[]): Override['rules'] => ({
  'no-restricted-imports': ['error', { patterns }],
})

/** Whether an entry of a layer is a file. */
export const isFile = (entry: string): boolean => entry.endsWith('.ts')

const patternOf = (entry: string): string => (isFile(entry) ? `**/${entry}` : `**/${entry}/**`)
