/**
 * The search for the binary, with a shell script in the place of Go.
 * @module
 */
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CACHE_NAME, findOrBuildBinary } from '@edge-issuer/testbed/control-plane/binary'
import { fileExists } from '@edge-issuer/testbed/files/file-exists'
import { cacheFolder } from '@edge-issuer/testbed/go-build/cached-build'
import { afterEach, beforeEach, describe, it } from 'vitest'

let folder: string
let env: NodeJS.ProcessEnv
let lines: string[]
const report = (line: string): void => void lines.push(line)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binary-test-'))
  lines = []
  // Shell tools, and no Go.
  await mkdir(join(folder, 'tools'))
  env = { XDG_CACHE_HOME: join(folder, 'cache'), PATH: join(folder, 'tools') }
})
afterEach(async () => rm(folder, { recursive: true }))

/** A `go` that builds a binary in no time and counts how often. The binary exits with `exitCode`. */
async function installGo(exitCode = 0): Promise<void> {
  const module = join(folder, 'module')
  await mkdir(join(module, 'deploy/charts/cert-manager'), { recursive: true })
  await writeFile(join(module, 'deploy/charts/cert-manager/Chart.yaml'), 'name: cert-manager\n')
  await chmod(join(module, 'deploy/charts/cert-manager/Chart.yaml'), 0o444)
  const script = `#!/bin/sh
case "$1 $2" in
  "env GOVERSION") printf 'go1.26.8\\nlinux\\namd64\\n' ;;
  "list -m") echo ${module} ;;
  "list "*) echo 'go: downloading x v1' >&2; printf 'a\\nb\\n' ;;
  "build "*)
    echo build >> ${folder}/builds
    echo 'x/a' >&2
    while [ "$1" != -o ]; do shift; done
    printf '#!/bin/sh\\nexit ${exitCode}\\n' > "$2"
    /bin/chmod +x "$2" ;;
esac
`
  await writeFile(join(folder, 'tools/go'), script, { mode: 0o755 })
}

async function buildCount(): Promise<number> {
  return (await readFile(join(folder, 'builds'), 'utf8')).trim().split('\n').length
}

describe('findOrBuildBinary', () => {
  it('builds when the cache is empty, reports progress, and finds the result again', async ({
    expect,
  }) => {
    await installGo()
    const built = await findOrBuildBinary(report, env)
    expect(await readFile(join(built.chart, 'Chart.yaml'), 'utf8')).toBe('name: cert-manager\n')
    expect(lines.map((line) => line.replace(/^\[.*?\] /, ''))).toEqual([
      'building the control plane with go1.26.8, once for this version of it',
      'downloading Go modules',
      'compiling (2 packages, fewer if Go has some in its cache)',
      'copying the chart of cert-manager',
      'finished',
    ])

    expect(await findOrBuildBinary(report, env)).toEqual(built)
    expect(await buildCount()).toBe(1)
    expect(await readdir(cacheFolder(CACHE_NAME, env))).toHaveLength(1)
  })

  it('builds once when two ask at the same time', async ({ expect }) => {
    await installGo()
    const found = await Promise.all([
      findOrBuildBinary(report, env),
      findOrBuildBinary(report, env),
    ])
    expect(found[0]).toEqual(found[1])
    expect(await buildCount()).toBe(1)
    expect(lines).toContain(`process ${process.pid} is building the control plane; waiting for it`)
  })

  it('removes what a killed build left', async ({ expect }) => {
    await installGo()
    const draft = join(cacheFolder(CACHE_NAME, env), '.draft-1')
    await mkdir(join(draft, 'cert-manager-chart'), { recursive: true })
    await findOrBuildBinary(report, env)
    expect(await fileExists(draft)).toBe(false)
  })

  it('keeps no binary that does not run', async ({ expect }) => {
    await installGo(1)
    await expect(findOrBuildBinary(report, env)).rejects.toThrow('does not run')
    await installGo(0)
    await findOrBuildBinary(report, env)
    expect(await buildCount()).toBe(2)
  })

  it('shows what Go complained of', async ({ expect }) => {
    await installGo()
    const broken = '#!/bin/sh\necho "go.mod: no such module" >&2\nexit 1\n'
    await writeFile(join(folder, 'tools/go'), broken)
    await expect(findOrBuildBinary(report, env)).rejects.toThrow(
      'go env failed with exit code 1:\ngo.mod: no such module',
    )
  })

  it('says what to install when there is neither a binary nor Go', async ({ expect }) => {
    await expect(findOrBuildBinary(report, env)).rejects.toThrow(
      /Install Go 1\.26 .* or set EDGE_ISSUER_CONTROL_PLANE/,
    )
  })

  it('finds a binary in the cache without Go', async ({ expect }) => {
    await installGo()
    const built = await findOrBuildBinary(report, env)
    await rm(join(folder, 'tools/go'))
    // The script says linux and amd64; elsewhere the entry is for another platform.
    const isThisPlatform = process.platform === 'linux' && process.arch === 'x64'
    const search = findOrBuildBinary(report, env)
    if (isThisPlatform) expect(await search).toEqual(built)
    else await expect(search).rejects.toThrow('Install Go')
  })
})

describe('EDGE_ISSUER_CONTROL_PLANE', () => {
  it('is used as it is', async ({ expect }) => {
    await installGo()
    const built = await findOrBuildBinary(report, env)
    const given = { EDGE_ISSUER_CONTROL_PLANE: built.path }
    expect(await findOrBuildBinary(report, given)).toEqual(built)
  })

  it('must name a file', async ({ expect }) => {
    const given = { EDGE_ISSUER_CONTROL_PLANE: join(folder, 'missing') }
    await expect(findOrBuildBinary(report, given)).rejects.toThrow('missing, which is not there')
  })

  it('must have the chart beside it', async ({ expect }) => {
    await installGo()
    const built = await findOrBuildBinary(report, env)
    await rm(join(dirname(built.path), 'cert-manager-chart'), { recursive: true })
    const given = { EDGE_ISSUER_CONTROL_PLANE: built.path }
    await expect(findOrBuildBinary(report, given)).rejects.toThrow(
      'the folder cert-manager-chart is not beside it',
    )
  })
})

describe('cacheFolder', () => {
  it.for([
    { variable: '/somewhere', expected: /^\/somewhere\/edge-issuer\/control-plane$/ },
    { variable: '', expected: /\/\.cache\/edge-issuer\/control-plane$/ },
    { variable: undefined, expected: /\/\.cache\/edge-issuer\/control-plane$/ },
  ])('is below XDG_CACHE_HOME, or ~/.cache: $variable', ({ variable, expected }, { expect }) => {
    expect(cacheFolder('control-plane', { XDG_CACHE_HOME: variable })).toMatch(expected)
  })
})
