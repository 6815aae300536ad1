import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { parseJson } from './parse-json.ts'

const packageSchema = z.looseObject({
  name: z.literal('edge-issuer'),
  private: z.boolean().optional(),
})

/**
 * Finds the npm package `edge-issuer` of the running command; in a checkout, the one that `npm run package` builds.
 *
 * @param start - A folder in the package or the checkout.
 * @returns Absolute path; `undefined` if the command belongs to no package.
 */
export function packageFolder(start: string = import.meta.dirname): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    const found = existsSync(file)
      ? packageSchema.safeParse(parseJson(readFileSync(file, 'utf8'))).data
      : undefined
    if (found !== undefined) return found.private === true ? join(folder, 'dist/npm') : folder
    if (folder === dirname(folder)) return undefined
  }
}
