/**
 * Writes `signer.config.schema.json` from the code: `npm run schema --workspace signer-worker`.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import * as z from 'zod'
import { configSchema } from '../src/config/index.ts'

const schema = z.toJSONSchema(configSchema, { io: 'input' })
await writeFile(
  new URL('../signer.config.schema.json', import.meta.url),
  `${JSON.stringify(schema, undefined, 2)}\n`,
)
