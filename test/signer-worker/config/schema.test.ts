import { it } from 'vitest'
import * as z from 'zod/mini'
// The rules of wrangler.jsonc make both files text modules.
import shipped from '../../../signer-worker/signer.config.json'
import published from '../../../signer-worker/signer.config.schema.json'
import { configSchema, loadConfig } from '../../../signer-worker/src/config/exports.ts'

/** The type says an object, as without the rules. */
const textOf = (module: unknown): string =>
  typeof module === 'string' ? module : JSON.stringify(module)

it('the published JSON Schema is that of the code; `npm run schema -w signer-worker` writes it', ({
  expect,
}) => {
  expect(JSON.parse(textOf(published))).toEqual(z.toJSONSchema(configSchema, { io: 'input' }))
})

it('the configuration in the repository is not configured yet, and says so', ({ expect }) => {
  expect(loadConfig(textOf(shipped), () => undefined)).toEqual({
    ok: false,
    error: [
      { path: '/issuers', message: 'is empty' },
      { path: '/profiles', message: 'is empty' },
    ],
  })
})
