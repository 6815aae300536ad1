import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CommandResult, runCommand } from '@edge-issuer/testbed/processes/process'
import { it, type TestContext } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../deploy/tools/manifests.ts', import.meta.url))

/** Runs the script with a PATH that has only these programs, each a shell script. */
async function manifests(
  programs: Readonly<Record<string, string>>,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
): Promise<CommandResult & { readonly text: () => Promise<string> }> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-manifests-'))
  onTestFinished(async () => rm(folder, { recursive: true }))
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  const output = join(folder, 'install.yaml')
  const result = await runCommand({
    command: process.execPath,
    args: [SCRIPT, '--image', 'registry.example/relay:1', '--output', output],
    env: { PATH: folder },
  })
  return { ...result, text: async () => readFile(output, 'utf8') }
}

const RENDER = 'echo "  image: from-here"'
const kubectl = (version: string): string =>
  `test "$1" = version || { ${RENDER}; exit; }\necho "Client Version: v1.99.0\nKustomize Version: ${version}"`

it.for([
  ['kubectl', { kubectl: kubectl('v5.0.1') }],
  ['kubectl of a build without a version', { kubectl: kubectl('(devel)') }],
  ['kustomize', { kustomize: `test "$1" = version || { ${RENDER}; exit; }\necho v5.4.3` }],
  [
    'kustomize beside an old kubectl',
    {
      kubectl: kubectl('v4.5.7'),
      kustomize: `test "$1" = version || { ${RENDER}; exit; }\necho v5.4.3`,
    },
  ],
] as const)('the manifests are rendered with %s', async ([, programs], { expect, ...context }) => {
  const { code, stderr, text } = await manifests(programs, context)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(await text()).toContain('  image: "registry.example/relay:1"\n')
})

it.for([
  ['without either', {}, 'kubectl is not in PATH, kustomize is not in PATH; install kubectl 1.27'],
  ['with an old kubectl', { kubectl: kubectl('v4.5.7') }, 'kubectl has Kustomize v4.5.7, kustom'],
  [
    'with an old kustomize',
    { kustomize: 'echo v4.5.7' },
    'kustomize has Kustomize v4.5.7; install',
  ],
  ['with a broken kubectl', { kubectl: 'echo no >&2; exit 3' }, 'kubectl fails with no, kustomize'],
] as const)(
  '%s an error says what to install',
  async ([, programs, problem], { expect, ...context }) => {
    const { code, stdout, stderr } = await manifests(programs, context)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`manifests: rendering the manifests requires Kustomize: `)
    expect(stderr).toContain(problem)
    expect(stderr).toContain('https://kubernetes.io/docs/tasks/tools/')
    expect(stderr.split('\n')).toHaveLength(2)
  },
)
