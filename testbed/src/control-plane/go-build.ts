/**
 * Builds the control plane's binary with Go. The first build on a machine downloads about 300 modules
 * and compiles thousands of packages.
 * @module
 */
import { chmod, cp, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildJob } from '../go-build/cached-build.ts'
import { compile, REPRODUCIBLE_FLAGS } from '../go-build/compile.ts'
import { runGo } from '../go-build/toolchain.ts'
import { runCommand } from '../processes/process.ts'

/** The files of a finished build, inside its folder. */
export const BINARY_NAME = 'control-plane'
export const CHART_NAME = 'cert-manager-chart'

const CERT_MANAGER = 'github.com/cert-manager/cert-manager'

/** The flags of the build. kubectl and the API server report the version that the linker is given here. */
export async function buildFlags(sourceFolder: string): Promise<readonly string[]> {
  const module = await readFile(join(sourceFolder, 'go.mod'), 'utf8')
  const kubernetes = /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(module)?.[1]
  if (kubernetes === undefined) throw new Error('go.mod does not require k8s.io/kubernetes')
  return [
    ...REPRODUCIBLE_FLAGS,
    '-ldflags',
    `-s -w -X k8s.io/component-base/version.gitVersion=${kubernetes}`,
  ]
}

/**
 * Downloads, compiles, links, copies cert-manager's chart beside the binary, and tries the binary.
 * @throws Error with the end of Go's output when a step fails
 */
export async function buildControlPlane(job: BuildJob): Promise<void> {
  const { outputFolder, progress } = job
  const binary = join(outputFolder, BINARY_NAME)
  await compile({ ...job, output: binary })

  progress.phase('copying the chart of cert-manager')
  const module = await runGo(job, ['list', '-m', '-f', '{{.Dir}}', CERT_MANAGER])
  const chart = join(outputFolder, CHART_NAME)
  await cp(join(module.stdout.trim(), 'deploy/charts/cert-manager'), chart, { recursive: true })
  await makeWritable(chart)
  await checkRuns(binary)
}

/** Go's module cache is read-only, and so would be the copy: the cache folder could not be deleted. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    await (entry.isDirectory() ? makeWritable(path) : chmod(path, 0o644))
  }
}

async function checkRuns(binary: string): Promise<void> {
  const result = await runCommand({
    command: binary,
    args: ['kubectl', 'version', '--client'],
    env: { PATH: process.env['PATH'] },
  })
  if (result.code !== 0) throw new Error(`the built ${binary} does not run:\n${result.stderr}`)
}
