import { it } from 'vitest'
import { imageContents } from '../../deploy/release/artifact-sboms.ts'
import { readIntegrities } from '../../deploy/release/bundled-packages.ts'

it('the bill of materials of the signer has workerd for every platform of the image', async ({
  expect,
}) => {
  const artifact = { type: 'application', 'bom-ref': 'a', name: 'edge-issuer' } as const
  const { components } = await imageContents(
    {
      name: 'signer',
      reference: 'ghcr.io/edge-issuer/signer@sha256:a',
      sha256: 'a',
      labels: {},
      architectures: ['amd64', 'arm64'],
    },
    {
      version: '1.0.0',
      integrities: await readIntegrities(),
      relayNotices: '',
      package: { artifact, components: [] },
    },
  )
  const workerd = components.filter(({ name }) => name.includes('workerd'))
  expect(workerd.map(({ name }) => name)).toEqual([
    'workerd',
    '@cloudflare/workerd-linux-64',
    '@cloudflare/workerd-linux-arm64',
  ])
  expect(new Set(workerd.map(({ version }) => version)).size).toBe(1)
  for (const { hashes } of workerd) expect(hashes).toHaveLength(1)
})
