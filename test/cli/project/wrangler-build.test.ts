import { describe, it } from 'vitest'
import { wranglerBuild } from '../../../cli/src/project/wrangler-build.ts'
import { recordedIo } from '../support/run-cli.ts'

const build = (
  environment: string | undefined,
  env: Readonly<Record<string, string>>,
): ReturnType<typeof wranglerBuild> => wranglerBuild(environment, recordedIo({ cwd: '/', env }).io)

describe('the custom build of wrangler.jsonc', () => {
  it('is another thing than the command of a user', ({ expect }) => {
    expect(build(undefined, {})).toBeUndefined()
  })

  it.for(['deploy', 'versions upload'])('checks an environment for %s', (command, { expect }) => {
    expect(build('production', { WRANGLER_COMMAND: command })).toEqual({ ok: true })
  })

  it.for(['deploy', 'versions upload', 'pages'])(
    'refuses the top level for %s',
    (command, { expect }) => {
      expect(build(undefined, { WRANGLER_COMMAND: command })).toEqual({
        ok: false,
        error: expect.stringContaining('no environment of wrangler.jsonc is selected'),
      })
    },
  )

  it.for([
    { WRANGLER_COMMAND: 'dev' },
    { WRANGLER_COMMAND: 'types' },
    { WRANGLER_COMMAND: 'deploy', EDGE_ISSUER_BUNDLE_ONLY: '1' },
  ])('skips what deploys nothing: %o', (env, { expect }) => {
    expect(build(undefined, env)).toBe('skip')
  })
})
