/**
 * Creates the files of a release besides its image: manifests, the chart, the worker's bundle, checksums.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrBuildBinary } from '@edge-issuer/testbed/control-plane'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { installManifest } from '../tools/install-manifest.ts'
import { pinnedKustomize } from '../tools/pinned-kustomize.ts'

/** A release. */
export interface Release {
  readonly version: string
  /** Image of the relay with its digest: `ghcr.io/edge-issuer/relay@sha256:…`. */
  readonly image: string
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const IMAGE = /^[^@\s]+@sha256:[0-9a-f]{64}$/u

/**
 * Clears the folder and creates the files in it.
 *
 * @throws Error for an image without a digest, or with the standard error of a tool.
 */
export async function writeAssets({ version, image }: Release, folder: string): Promise<void> {
  if (!IMAGE.test(image)) throw new Error(`"${image}" has no digest`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'install.yaml'),
    await installManifest(await pinnedKustomize(), image),
  )
  await packChart(folder)
  await packWorker(join(folder, `edge-issuer-worker-${version}.tar.gz`))
  await writeFile(join(folder, 'SHA256SUMS'), await checksums(folder))
}

async function packChart(folder: string): Promise<void> {
  const { path } = await findOrBuildBinary((line) => process.stderr.write(`${line}\n`))
  await run([path, 'helm', 'package', 'deploy/helm/edge-issuer', `--destination=${folder}`])
}

/** Packs the bundle that `wrangler deploy` would upload, with the empty configuration of local runs. */
async function packWorker(file: string): Promise<void> {
  const bundle = await mkdtemp(join(tmpdir(), 'edge-issuer-worker-'))
  try {
    const wrangler = join(ROOT, 'node_modules/.bin/wrangler')
    await run([wrangler, 'deploy', '--dry-run', '--env=', `--outdir=${bundle}`], {
      EDGE_ISSUER_BUNDLE_ONLY: '1',
    })
    const pack = ['tar', '--create', '--gzip', `--file=${file}`, `--directory=${bundle}`] as const
    await run([...pack, ...(await readdir(bundle)).toSorted()])
  } finally {
    await rm(bundle, { recursive: true })
  }
}

/** Checksums in the format of sha256sum. */
async function checksums(folder: string): Promise<string> {
  const names = (await readdir(folder)).toSorted()
  const lines = names.map(async (name) => {
    const hash = createHash('sha256').update(await readFile(join(folder, name)))
    return `${hash.digest('hex')}  ${name}\n`
  })
  return (await Promise.all(lines)).join('')
}

async function run(
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, stderr } = await runCommand({
    command,
    args,
    env: { ...process.env, ...env },
    cwd: ROOT,
  })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}
