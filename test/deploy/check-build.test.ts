import { describe, it } from 'vitest'
import { checkBuild } from '../../signer-worker/tools/check-build.ts'

const FULL = '{"issuers":{"default":{}}}'

const check = async (
  build: Partial<Parameters<typeof checkBuild>[0]>,
  text = FULL,
): Promise<string | undefined> =>
  checkBuild({
    environment: 'production',
    wranglerCommand: 'deploy',
    bundleOnly: undefined,
    readText: async () => Promise.resolve(text),
    ...build,
  })

describe('the custom build of wrangler.toml', () => {
  it.for([
    { name: 'an environment with a configuration', build: {} },
    { name: 'a version of it', build: { wranglerCommand: 'versions upload' } },
    { name: 'a local run', build: { environment: undefined, wranglerCommand: 'dev' } },
    { name: 'a bundle', build: { environment: undefined, bundleOnly: '1' } },
  ])('lets through $name', async ({ build }, { expect }) => {
    expect(await check(build)).toBeUndefined()
  })

  it.for([
    { name: 'the top level', build: { environment: undefined }, want: 'no environment' },
    {
      name: 'a version of the top level',
      build: { environment: undefined, wranglerCommand: 'versions upload' },
      want: 'no environment',
    },
    {
      name: 'a command without a name',
      build: { environment: undefined, wranglerCommand: undefined },
      want: 'no environment',
    },
    {
      name: 'no issuer',
      text: '{"issuers":{}}',
      want: 'has no issuer',
    },
    { name: 'no configuration', text: '[]', want: 'cannot read signer-worker/signer.config' },
    { name: 'no JSON', text: 'issuers:', want: 'cannot read signer-worker/signer.config' },
  ])('refuses $name', async ({ build = {}, text, want }, { expect }) => {
    expect(await check(build, text)).toContain(want)
  })
})
