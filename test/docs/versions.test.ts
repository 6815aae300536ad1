/** The tutorials and README name the versions that the tests run on. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'vitest'
import { WORKERD_VERSION } from '../../cli/src/server/workerd-program.ts'
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

it('README.md tries the same cert-manager', async ({ expect }) => {
  const [readme, tutorial] = await Promise.all(
    ['README.md', 'docs/tutorial.md'].map(async (name) => readFile(join(ROOT, name), 'utf8')),
  )
  const manifest = /https:\S+\/cert-manager\.yaml/u.exec(tutorial ?? '')?.[0] ?? 'none'
  expect(readme).toContain(manifest)
})

it.for(['README.md', 'deploy/package/README.md'])(
  '%s runs the demo with the workerd that the command requires',
  async (name, { expect }) => {
    const demos = [...(await readFile(join(ROOT, name), 'utf8')).matchAll(/\bnpx .*\bdemo .*/gu)]
    const npx = `npx --package edge-issuer --package workerd@${WORKERD_VERSION} edge-issuer demo`
    expect(demos.map(([demo]) => demo)).toEqual([`${npx} --kubeconfig ~/.kube/config`])
  },
)
