/**
 * Packs the Helm charts.
 *
 * @module
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { findOrBuildBinary } from '@edge-issuer/testbed/control-plane'
import { writeTar } from '../images/tar.ts'
import { runTool } from './run-tool.ts'

/** Names of the charts, which are also their folders. */
export const CHARTS = ['edge-issuer', 'edge-issuer-signer'] as const

const CHART_FILE_MODE = 0o644

/** @returns Path of a file of a chart. */
const chartFile = (chart: string, file: string): URL =>
  new URL(`../helm/${chart}/${file}`, import.meta.url)

/**
 * Packs a chart as `helm package` does, but with fixed times, so that the same sources give the same bytes.
 *
 * @throws Error with the standard error of Helm.
 */
export async function packChart(chart: string, output: string): Promise<void> {
  const { path: helm } = await findOrBuildBinary((line) => process.stderr.write(`${line}\n`))
  const scratch = await mkdtemp(`${output}-`)
  try {
    const folder = fileURLToPath(chartFile(chart, ''))
    await runTool([helm, 'helm', 'package', folder, `--destination=${scratch}`])
    const [packed = ''] = await readdir(scratch)
    const content = join(scratch, 'content')
    await mkdir(content)
    await runTool(['tar', '--extract', `--file=${join(scratch, packed)}`, `--directory=${content}`])
    const archive = join(scratch, 'chart.tar')
    await writeTar(
      (await filesBelow(content)).map((source) => ({
        path: relative(content, source),
        mode: CHART_FILE_MODE,
        source,
      })),
      archive,
    )
    await writeFile(output, gzipSync(await readFile(archive)))
  } finally {
    await rm(scratch, { recursive: true })
  }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}
