/**
 * The steps to a kind cluster, up to the point where Docker is needed.
 *
 * @module
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readCommandLine } from '../../deploy/kind/command-line.ts'
import { imageBuild, kindImage } from '../../deploy/kind/image-build.ts'
import { runSteps, typed } from '../../deploy/kind/run-steps.ts'
import { type Argv, IMAGE, type Step, STEPS } from '../../deploy/kind/steps.ts'
import { thisMachine } from '../../deploy/kind/this-machine.ts'
import { missingTools } from '../../deploy/kind/tools.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The commands of a step that wait for something. */
const waits = (step: Step): readonly string[] =>
  step.commands.map(({ argv }) => typed(argv)).filter((text) => /--(wait|timeout)=/u.test(text))

const steps = (...argvs: readonly Argv[]): readonly Step[] =>
  argvs.map((argv) => ({ summary: '', tools: [], commands: [{ argv }] }))

const BASES = { build: 'b@sha256:1', runtime: 'r@sha256:2' }

/** As Docker describes a network. */
const network = (...gateways: readonly (string | undefined)[]): string =>
  JSON.stringify([{ IPAM: { Config: gateways.map((Gateway) => ({ Subnet: 'x', Gateway })) } }])

describe('the command line', () => {
  it.for([
    { args: 'up', value: { steps: ['up'], isDry: false } },
    { args: 'load deploy --dry-run', value: { steps: ['load', 'deploy'], isDry: true } },
    { args: 'up --help', value: 'help' },
    { args: '-h', value: 'help' },
  ])('$args', ({ args, value }, { expect }) => {
    expect(readCommandLine(args.split(' '))).toEqual({ ok: true, value })
  })

  it.for([
    { args: [], error: 'no step given' },
    { args: ['up', 'away'], error: 'unknown step "away"' },
    { args: ['toString'], error: 'unknown step "toString"' },
    { args: ['up', '--now'], error: 'unknown flag --now' },
  ])('refuses $args', ({ args, error }, { expect }) => {
    expect(readCommandLine(args)).toEqual({ ok: false, error })
  })
})

describe('the steps', () => {
  const commands = Object.values(STEPS).flatMap((step: Step) => step.commands)

  it('touch no cluster but their own', ({ expect }) => {
    const kubectl = commands.filter(({ argv }) => argv[0] === 'kubectl')
    expect(kubectl.length).toBeGreaterThan(3)
    for (const { argv } of kubectl) expect(argv[1]).toBe('--kubeconfig=deploy/kind/dist/kubeconfig')
    const kind = commands.filter(({ argv }) => argv[0] === 'kind')
    for (const { argv } of kind) expect(argv).toContain('--name=edge-issuer')
    const writing = kind.filter(({ argv }) => argv[2] === 'cluster' || argv[2] === 'kubeconfig')
    expect(writing).toHaveLength(3)
    for (const { argv } of writing)
      expect(argv).toContain('--kubeconfig=deploy/kind/dist/kubeconfig')
  })

  it('name every tool that they call', ({ expect }) => {
    for (const step of Object.values<Step>(STEPS)) {
      const called = step.commands.map(({ argv }) => argv[0]).filter((tool) => tool !== 'node')
      expect(step.tools).toEqual(expect.arrayContaining(called))
    }
  })

  it('wait for what they start', ({ expect }) => {
    expect(waits(STEPS.up)).toHaveLength(1)
    expect(waits(STEPS['cert-manager'])).toHaveLength(1)
    expect(waits(STEPS.deploy)).toHaveLength(1)
  })

  it('have an npm script each, and one for all', async ({ expect }) => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')))
    for (const name of Object.keys(STEPS)) {
      const script = name === 'e2e' ? 'e2e:kind' : `kind:${name}`
      expect(scripts[script]).toBe(`node deploy/kind/main.ts ${name}`)
    }
    const all = readCommandLine((scripts['kind'] ?? '').split(' ').slice(2))
    const names = ['up', 'cert-manager', 'image', 'load', 'deploy', 'e2e']
    expect(all).toEqual({ ok: true, value: { steps: names, isDry: false } })
  })

  it('deploy the image that they build and load', async ({ expect }) => {
    const { images } = z
      .object({ images: z.tuple([z.object({ newName: z.string(), newTag: z.string() })]) })
      .parse(parse(await readFile(join(ROOT, 'deploy/kind/kustomization.yaml'), 'utf8')))
    expect(`${images[0].newName}:${images[0].newTag}`).toBe(IMAGE)
    expect(STEPS.load.commands[0].argv).toContain(IMAGE)
    expect(STEPS.image.commands[0].argv.at(-1)).toBe('relay')
    expect(imageBuild(BASES, 'relay')).toEqual([
      'buildx',
      'build',
      '--file=deploy/Dockerfile',
      '--target=relay',
      '--build-arg=BUILD_IMAGE=b@sha256:1',
      '--build-arg=RUNTIME_IMAGE=r@sha256:2',
      '--build-arg=VERSION=kind',
      '--load',
      `--tag=${IMAGE}`,
      '.',
    ])
  })

  it.for(['signer', 'cli'] as const)('build %s with the npm package', (name, { expect }) => {
    expect(imageBuild(BASES, name)).toEqual(
      expect.arrayContaining([
        `--target=${name}`,
        '--build-context=package=dist/npm',
        `--tag=${kindImage(name)}`,
      ]),
    )
  })

  it('the node is pinned, and of the release that the other tests run on', async ({ expect }) => {
    const { nodes } = z
      .object({ nodes: z.array(z.object({ image: z.string() })) })
      .parse(parse(await readFile(join(ROOT, 'deploy/kind/cluster.yaml'), 'utf8')))
    const modules = await readFile(join(ROOT, 'testbed/src/control-plane/go.mod'), 'utf8')
    const minor = /k8s\.io\/kubernetes (?<minor>v\d+\.\d+)\./u.exec(modules)?.groups?.['minor']
    for (const { image } of nodes) {
      expect(image).toMatch(/@sha256:[0-9a-f]{64}$/u)
      expect(image).toContain(`kindest/node:${String(minor)}.`)
    }
  })
})

describe('runSteps', () => {
  const A: Argv = ['a', 'x y']
  const B: Argv = ['b', '--flag=1']
  let log: string[]
  const runner = (codes: Readonly<Record<string, number>>, printed = '') => ({
    run: async ([program]: Argv) => Promise.resolve(codes[program] ?? 0),
    read: async () => Promise.resolve(printed),
    say: (line: string) => log.push(line),
  })
  beforeEach(() => {
    log = []
  })

  it('runs one after the other, and says what', async ({ expect }) => {
    expect(await runSteps(steps(A, B), runner({}))).toBe(0)
    expect(log).toEqual(["+ a 'x y'", '+ b --flag=1'])
  })

  it('stops at the first that fails', async ({ expect }) => {
    expect(await runSteps(steps(A, B), runner({ a: 7 }))).toBe(7)
    expect(log).toEqual(["+ a 'x y'"])
  })

  const create: Step = {
    summary: '',
    tools: [],
    commands: [{ argv: A, unless: { argv: ['list'], line: 'mine' } }],
  }

  it.for([
    { printed: 'other\nmine\n', says: ['= a \'x y\': "mine" already exists'] },
    { printed: 'mine-too\n', says: ["+ a 'x y'"] },
    { printed: '', says: ["+ a 'x y'"] },
  ])('makes nothing twice: $printed', async ({ printed, says }, { expect }) => {
    expect(await runSteps([create], runner({}, printed))).toBe(0)
    expect(log).toEqual(says)
  })
})

describe('tools', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-issuer-tools-'))
  })
  afterEach(async () => rm(folder, { recursive: true }))

  const install = async (name: string, script: string): Promise<void> => {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(folder, name), 0o755)
  }

  it('nothing is said of those that work, as they are asked', async ({ expect }) => {
    await install('docker', 'test "$*" = version')
    await install('kubectl', 'test "$*" = "version --client"')
    expect(await missingTools(['docker', 'kubectl', 'docker'], { PATH: folder })).toEqual([])
  })

  it('those that are missing are named, and where they are had', async ({ expect }) => {
    await install('docker', 'echo "\nCannot connect to the daemon\nmore" >&2; exit 1')
    await install('kubectl', 'exit 3')
    expect(await missingTools(['docker', 'kind', 'kubectl'], { PATH: folder })).toEqual([
      'docker is installed but does not work: Cannot connect to the daemon',
      'kind is not installed; see https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
      'kubectl is installed but does not work: exit code 3',
    ])
  })

  const main = async (...args: readonly string[]) =>
    runCommand({
      command: process.execPath,
      args: [join(ROOT, 'deploy/kind/main.ts'), ...args],
      env: { PATH: folder },
    })

  it('without them nothing is run', async ({ expect }) => {
    await install('docker', `echo "$*" >> ${join(folder, 'calls')}`)
    const { code, stdout, stderr } = await main('up', 'down')
    expect(stderr).toBe(
      'kind: kind is not installed; see https://kind.sigs.k8s.io/docs/user/quick-start/#installation\n',
    )
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(await readFile(join(folder, 'calls'), 'utf8')).toBe('version\n')
  })

  it('with them the commands are run, and an end is passed on', async ({ expect }) => {
    const calls = join(folder, 'calls')
    await install('docker', 'exit 0')
    await install('kind', `echo "$*" >> ${calls}; test "$1" != export || exit 9`)
    expect((await main('up')).code).toBe(9)
    expect((await readFile(calls, 'utf8')).split('\n')).toEqual([
      'version',
      'get clusters',
      'create cluster --name=edge-issuer --config=deploy/kind/cluster.yaml --kubeconfig=deploy/kind/dist/kubeconfig --wait=300s',
      'export kubeconfig --name=edge-issuer --kubeconfig=deploy/kind/dist/kubeconfig',
      '',
    ])
  })

  it('help, commands on paper, and a wrong word need none', async ({ expect }) => {
    expect(await main('--help')).toMatchObject({ code: 0, stderr: '' })
    const dry = await main('load', '--dry-run')
    expect(dry.stdout).toBe('kind load docker-image edge-issuer/relay:kind --name=edge-issuer\n')
    const wrong = await main('lift')
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('kind: unknown step "lift"')
    expect(wrong.stderr).toContain('cert-manager')
  })
})

describe('thisMachine', () => {
  it.for([
    { gateways: ['172.18.0.1'], want: '172.18.0.1' },
    { gateways: ['fc00:f853:ccd:e793::1', '172.19.0.1'], want: '172.19.0.1' },
    { gateways: [undefined, '172.19.0.1'], want: '172.19.0.1' },
  ])('on Linux it is the gateway in $gateways', ({ gateways, want }, { expect }) => {
    expect(thisMachine('linux', network(...gateways))).toEqual({ listenAddress: want, host: want })
  })

  it('without one it says so', ({ expect }) => {
    expect(() => thisMachine('linux', network('fc00::1'))).toThrow('no IPv4 gateway')
  })

  it('elsewhere it has a name', ({ expect }) => {
    expect(thisMachine('darwin', network())).toEqual({
      listenAddress: '127.0.0.1',
      host: 'host.docker.internal',
    })
  })
})
