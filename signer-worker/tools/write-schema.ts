/**
 * Writes `signer.config.schema.json` from the code: `npm run schema --workspace signer-worker`.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as z from 'zod/mini'
import { configSchema } from '../src/config/exports.ts'

const schema = z.toJSONSchema(configSchema, { io: 'input' })
await writeFile(
  fileURLToPath(import.meta.resolve('../signer.config.schema.json')),
  `${JSON.stringify(schema, undefined, 2)}\n`,
)
