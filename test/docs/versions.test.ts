/** The tutorials name the versions that their tests run on. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'vitest'
import { ROOT } from './support/markdown.ts'

it.for([
  {
    module: 'github.com/cert-manager/cert-manager',
    pages: ['tutorial.md', 'production.md'],
    words: (v: string) => `cert-manager **${v}**`,
  },
  {
    module: 'github.com/cert-manager/cert-manager',
    pages: ['tutorial.md'],
    words: (v: string) => `releases/download/${v}/cert-manager.yaml`,
  },
  {
    module: 'k8s.io/kubernetes',
    pages: ['tutorial.md', 'production.md'],
    words: (v: string) => `Kubernetes ${v.replace(/\.\d+$/, '')},`,
  },
])('$module is that of the control plane', async ({ module, pages, words }, { expect }) => {
  const sums = await readFile(join(ROOT, 'testbed/src/control-plane/go.mod'), 'utf8')
  const version = new RegExp(`^\\s*${module} (v\\S+)`, 'm').exec(sums)?.[1] ?? 'none'
  for (const page of pages) {
    const text = await readFile(join(ROOT, 'docs', page), 'utf8')
    expect(text.replaceAll('\n', ' '), page).toContain(words(version))
  }
})
