/** The tutorial names the versions that its test runs on. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'vitest'
import { ROOT } from './support/markdown.ts'

it.for([
  { module: 'github.com/cert-manager/cert-manager', words: (v: string) => `cert-manager **${v}**` },
  {
    module: 'github.com/cert-manager/cert-manager',
    words: (v: string) => `releases/download/${v}/cert-manager.yaml`,
  },
  {
    module: 'k8s.io/kubernetes',
    words: (v: string) => `Kubernetes ${v.replace(/\.\d+$/, '')},`,
  },
])('$module is that of the control plane', async ({ module, words }, { expect }) => {
  const sums = await readFile(join(ROOT, 'testbed/src/control-plane/go.mod'), 'utf8')
  const version = new RegExp(`^\\s*${module} (v\\S+)`, 'm').exec(sums)?.[1] ?? 'none'
  const tutorial = await readFile(join(ROOT, 'docs/tutorial.md'), 'utf8')
  expect(tutorial.replaceAll('\n', ' ')).toContain(words(version))
})
