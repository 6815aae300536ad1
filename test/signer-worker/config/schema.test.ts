import { it } from 'vitest'
import * as z from 'zod/mini'
import bundled from '../../../signer-worker/signer.config.json'
import published from '../../../signer-worker/signer.config.schema.json'
import { configSchema, loadConfig } from '../../../signer-worker/src/config/exports.ts'

it('the published JSON Schema is that of the code; `npm run schema -w signer-worker` writes it', ({
  expect,
}) => {
  expect(published).toEqual(z.toJSONSchema(configSchema, { io: 'input' }))
})

it('the configuration in the repository is not configured yet, and says so', ({ expect }) => {
  expect(loadConfig(JSON.stringify(bundled), () => undefined)).toEqual({
    ok: false,
    error: [
      { path: '/issuers', message: 'is empty' },
      { path: '/profiles', message: 'is empty' },
    ],
  })
})
