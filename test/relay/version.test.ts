import { it } from 'vitest'
import { VERSION as CLI_VERSION } from '../../cli/src/version.ts'
import { VERSION } from '../../relay/src/version.ts'

it('relay and command are of one version', ({ expect }) => {
  expect(VERSION).toBe(CLI_VERSION)
})
