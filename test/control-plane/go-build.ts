/**
 * Builds the control plane's binary with Go, and tells how far it is: the first build on a machine
 * downloads about 300 modules and compiles thousands of packages.
 * @module
 */
import { chmod, cp, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type CommandResult, runCommand } from '../support/process.ts'
import type { GoToolchain } from './build-key.ts'
import { hasErrorCode } from './error-code.ts'
import { type Report, startProgress } from './progress.ts'

/** The files of a finished build, inside its folder. */
export const BINARY_NAME = 'control-plane'
export const CHART_NAME = 'cert-manager-chart'

const CERT_MANAGER = 'github.com/cert-manager/cert-manager'

/** What to build, and where the result goes: the binary, and cert-manager's chart beside it. */
export interface BuildRequest {
  readonly sourceFolder: string
  readonly outputFolder: string
  readonly flags: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly report: Report
}

/** The installed Go tool (the one that go.mod asks for, if Go fetches toolchains by itself), or undefined. */
export async function findGo(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<GoToolchain | undefined> {
  try {
    const { stdout } = await go({ folder, env }, ['env', 'GOVERSION', 'GOOS', 'GOARCH'])
    const [version = '', os = '', architecture = ''] = stdout.trim().split('\n')
    return { version, os, architecture }
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** The flags of the build. kubectl and the API server report the version that the linker is given here. */
export async function buildFlags(sourceFolder: string): Promise<readonly string[]> {
  const module = await readFile(join(sourceFolder, 'go.mod'), 'utf8')
  const kubernetes = /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(module)?.[1]
  if (kubernetes === undefined) throw new Error('go.mod does not require k8s.io/kubernetes')
  return [
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags',
    `-s -w -X k8s.io/component-base/version.gitVersion=${kubernetes}`,
  ]
}

/**
 * Downloads, compiles, links, and copies the chart.
 * @throws Error with the end of Go's output when a step fails
 */
export async function buildControlPlane(request: BuildRequest): Promise<void> {
  const { outputFolder } = request
  const place = { folder: request.sourceFolder, env: request.env }
  const progress = startProgress(request.report)
  try {
    progress.phase('downloading Go modules')
    let downloaded = 0
    const list = await go(place, ['list', '-mod=readonly', '-deps', '.'], (line) => {
      if (line.startsWith('go: downloading')) progress.detail(`${++downloaded} so far`)
    })
    const packages = list.stdout.trim().split('\n').length

    progress.phase(`compiling (${packages} packages, fewer if Go has some in its cache)`)
    let compiled = 0
    const binary = join(outputFolder, BINARY_NAME)
    await go(place, ['build', '-v', ...request.flags, '-o', binary, '.'], () => {
      progress.detail(`${++compiled} compiled`)
    })

    progress.phase('copying the chart of cert-manager')
    const module = await go(place, ['list', '-m', '-f', '{{.Dir}}', CERT_MANAGER])
    const chart = join(outputFolder, CHART_NAME)
    await cp(join(module.stdout.trim(), 'deploy/charts/cert-manager'), chart, { recursive: true })
    await makeWritable(chart)
  } finally {
    progress.stop()
  }
}

/** The folder of the Go module, and the environment to run Go in. */
interface Place {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
}

/** Runs Go; `onLine` is given each whole line of standard error. */
async function go(
  { folder, env }: Place,
  args: readonly string[],
  onLine?: (line: string) => void,
): Promise<CommandResult> {
  let rest = ''
  const result = await runCommand({
    command: 'go',
    args,
    cwd: folder,
    env: { ...env, CGO_ENABLED: '0', GOWORK: 'off' },
    onStderr: (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine?.(line)
    },
  })
  if (result.code === 0) return result
  const end = result.stderr.trimEnd().split('\n').slice(-20).join('\n')
  throw new Error(`go ${args[0] ?? ''} failed with exit code ${result.code}:\n${end}`)
}

/** Go's module cache is read-only, and so would be the copy: nobody could delete the cache folder. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    await (entry.isDirectory() ? makeWritable(path) : chmod(path, 0o644))
  }
}
