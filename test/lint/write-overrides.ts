/**
 * Writes the overrides of `layers.ts` into `.oxlintrc.json`; format the file afterwards.
 *
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { overridesOf, WORKSPACES } from './layers.ts'

const CONFIG = new URL('../../.oxlintrc.json', import.meta.url)

const configSchema = z.looseObject({
  overrides: z.array(z.looseObject({ files: z.array(z.string()), rules: z.looseObject({}) })),
})

const config = configSchema.parse(JSON.parse(await readFile(CONFIG, 'utf8')))
const generated = WORKSPACES.flatMap(overridesOf)
const isOurs = (files: readonly string[]): boolean =>
  WORKSPACES.some(({ sources }) => files.every((file) => file.startsWith(`${sources}/`)))
// Rules that are not about imports have overrides of their own, which stay.
const others = config.overrides.flatMap(({ files, rules, ...rest }) => {
  const { 'no-restricted-imports': imports, ...more } = rules
  if (imports === undefined || !isOurs(files)) return [{ files, rules, ...rest }]
  return Object.keys(more).length === 0 ? [] : [{ files, rules: more, ...rest }]
})
const written = { ...config, overrides: [...generated, ...others] }
await writeFile(CONFIG, `${JSON.stringify(written, null, 2)}\n`)
