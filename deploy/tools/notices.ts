/**
 * Collects the licenses of bundled packages, which most licenses require to be distributed.
 *
 * @module
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** Licenses whose only requirement is to include the license text. */
const LICENSES: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
])
const LICENSE_FILE = /^(licen[cs]e|copying|notice)(\.|-|$)/iu
const PACKAGE_FOLDER = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/u

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string(),
})

/**
 * @param subject - What has the modules: `The relay of edge-issuer`.
 * @param modules - Paths of every module in a bundle.
 * @returns One text with the licenses of their packages, by name.
 * @throws Error for a license that is not in {@link LICENSES}.
 */
export async function noticesOf(subject: string, modules: readonly string[]): Promise<string> {
  const folders = new Set(modules.flatMap((module) => PACKAGE_FOLDER.exec(module)?.[0] ?? []))
  // A package may be in several folders.
  const notices = new Set(await Promise.all([...folders].map(noticeOf)))
  const head = `${subject} contains these packages.\n`
  return [head, ...[...notices].toSorted()].join(`\n${'-'.repeat(80)}\n\n`)
}

async function noticeOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8')
  const { name, version, license } = packageSchema.parse(JSON.parse(text))
  if (!LICENSES.has(license)) throw new Error(`${name} ${version} has the license ${license}`)
  const files = (await readdir(folder)).filter((file) => LICENSE_FILE.test(file)).toSorted()
  const texts = await Promise.all(files.map(async (file) => readFile(join(folder, file), 'utf8')))
  return [`${name} ${version} (${license})\n`, ...texts.map((one) => `${one.trim()}\n`)].join('\n')
}
