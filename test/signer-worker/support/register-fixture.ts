import { env } from 'cloudflare:workers'
import * as z from 'zod'
import { buildClient } from '../../../signer-worker/src/config/clients.ts'
import { clientEntrySchema } from '../../../signer-worker/src/config/exports.ts'
/**
 * Registers the clients of the fixture in the directory, before the tests of a file. The files share it.
 * @module
 */
import { loadSettings } from '../../../signer-worker/src/config/settings.ts'
import { aDirectory, aPut } from './directory.ts'
import { fixture } from './fixture.ts'

const entries = z.record(z.string(), z.unknown()).parse(JSON.parse(fixture.TEST_CLIENTS))
const settings = loadSettings(env)
if (!settings.ok) throw new Error(JSON.stringify(settings.error))
const { clientSurroundings } = settings.value

for (const [name, entry] of Object.entries(entries)) {
  const parsed = clientEntrySchema.parse(entry)
  const built = buildClient(name, parsed, { ...clientSurroundings, taken: new Map(), at: [] })
  // Another file may have put it there.
  await aDirectory().putClient(
    aPut(name, {
      entry: JSON.stringify(entry),
      keys: [...built.keys.values()].map(({ keyId, notBeforeMs, notAfterMs }) => ({
        keyId,
        notBeforeMs: Number.isFinite(notBeforeMs) ? notBeforeMs : null,
        notAfterMs: Number.isFinite(notAfterMs) ? notAfterMs : null,
      })),
    }),
  )
}
