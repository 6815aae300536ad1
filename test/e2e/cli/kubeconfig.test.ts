/**
 * Kubeconfigs of every kind, given to kubectl and to `edge-issuer status` on a real API server: both read
 * the cluster or both fail, and edge-issuer says why. The relay opens its cluster by the same code.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type ControlPlane,
  findOrBuildBinary,
  startControlPlane,
} from '@edge-issuer/testbed/control-plane'
import { readIfThere } from '@edge-issuer/testbed/files/read-if-there'
import { createAuthority } from '@edge-issuer/testbed/pki/pki'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { kubectlWait } from '../environment.ts'
import { ACCEPTED } from './kubeconfig-accepted.ts'
import {
  BEHIND_THE_PROXY,
  kubeconfig,
  type KubeconfigCase,
  type KubeconfigScene,
  type KubeconfigWorld,
} from './kubeconfig-cases.ts'
import { ACCEPTED_PLUGINS, REFUSED_PLUGINS } from './kubeconfig-plugins.ts'
import { REFUSED } from './kubeconfig-refused.ts'

/** kubectl waits for a plugin without a time limit. */
const KUBECTL_LIMIT_MS = 30_000
const OUR_LIMIT_MS = 120_000
const CLI = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url))
const RELAY = fileURLToPath(new URL('../../../relay/src/main.ts', import.meta.url))

let plane: ControlPlane
let world: KubeconfigWorld
let kubectl: string
let parent: string
const ends: (() => void)[] = []

const adminSchema = z.object({
  users: z.tuple([
    z.object({
      user: z.object({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }),
    }),
  ]),
})
const accountSchema = z.object({
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
})

beforeAll(async () => {
  parent = await realpath(await mkdtemp(join(tmpdir(), 'kubeconfigs-')))
  kubectl = (await findOrBuildBinary(() => undefined)).path
  plane = await startControlPlane({ certManager: 'off' })
  await plane.apply(await manifests('crds'))
  for (const plural of ['issuers', 'clusterissuers']) {
    const name = `crd/${plural}.edge-issuer.dev`
    await kubectlWait(plane, [name, 'condition=Established', '60s'], 'default')
  }
  await plane.apply(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: operator, namespace: default }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: operator }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: operator, namespace: default }]
`)
  world = await aWorld()
})

afterAll(async () => {
  for (const end of ends) end()
  await plane.stop()
  await rm(parent, { recursive: true, force: true })
})

const decode = (data: string): string => Buffer.from(data, 'base64').toString()

async function aWorld(): Promise<KubeconfigWorld> {
  const account = await plane.kubeconfigForServiceAccount({
    namespace: 'default',
    name: 'operator',
  })
  const token = accountSchema.parse(parse(await readFile(account, 'utf8'))).users[0].user.token
  const { user } = adminSchema.parse(parse(await readFile(plane.adminKubeconfig, 'utf8'))).users[0]
  const other = await createAuthority({ commonName: 'other' })
  return {
    server: plane.server,
    caPem: plane.caPem,
    otherCaPem: other.certificatePem,
    token,
    certificatePem: decode(user['client-certificate-data']),
    keyPem: decode(user['client-key-data']),
    otherKeyPem: other.keyPem,
    proxy: await aProxy(),
  }
}

/** @returns The URL of a proxy that opens every tunnel. */
async function aProxy(): Promise<string> {
  const server = createServer()
  server.on('connect', ({ url = '' }, socket) => {
    const { hostname, port } = new URL(`http://${url}`)
    const host = hostname === BEHIND_THE_PROXY ? '127.0.0.1' : hostname
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      target.pipe(socket).pipe(target)
    })
    target.on('error', () => socket.destroy())
    socket.on('error', () => target.destroy())
    ends.push(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return `http://127.0.0.1:${String(address.port)}`
}

interface Ended {
  readonly isOk: boolean
  readonly stdout: string
  readonly stderr: string
}

interface Run {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly limitMs: number
}

/** Standard input stays open: a program that reads it hangs. */
async function run({ command, args, env, cwd, limitMs }: Run): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const options = { env, cwd, timeout: limitMs, killSignal: 'SIGKILL' } as const
  execFile(command, args, options, (error, stdout, stderr) => {
    resolve({ isOk: error === null, stdout, stderr })
  })
  return promise
}

interface Prepared {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly flags: readonly string[]
}

async function prepare(scene: KubeconfigScene): Promise<Prepared> {
  const { files, variable, flags = [], environment = {} } = scene
  const folder = await mkdtemp(join(parent, 'case-'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
    if (text.startsWith('#!')) await chmod(join(folder, name), 0o755)
  }
  return {
    folder,
    flags,
    env: {
      PATH: [join(folder, 'in-path'), process.env['PATH']].join(delimiter),
      HOME: folder,
      KUBECONFIG: variable ?? 'kubeconfig',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      EDGE_ISSUER_PARENT_PID: String(process.pid),
      ...environment,
    },
  }
}

const withKubectl = async ({ folder, env, flags }: Prepared): Promise<Ended> =>
  run({
    command: kubectl,
    args: ['kubectl', 'get', 'clusterissuers.edge-issuer.dev', ...flags],
    env,
    cwd: folder,
    limitMs: KUBECTL_LIMIT_MS,
  })

const withOurs = async ({ folder, env, flags }: Prepared): Promise<Ended> =>
  run({
    command: process.execPath,
    args: [CLI, 'status', ...flags],
    env,
    cwd: folder,
    limitMs: OUR_LIMIT_MS,
  })

/** Runs both, each in a folder of its own. */
async function compare({ scene }: KubeconfigCase): Promise<{
  readonly kubectl: Ended
  readonly ours: Ended
  readonly runs: number
  readonly folder: string
}> {
  const [theirs, mine] = [await prepare(scene(world)), await prepare(scene(world))]
  const [byKubectl, ours] = await Promise.all([withKubectl(theirs), withOurs(mine)])
  const runs = (await readIfThere(join(mine.folder, 'runs')))?.split('\n').length ?? 1
  return { kubectl: byKubectl, ours, runs: runs - 1, folder: mine.folder }
}

describe.concurrent('kubectl and edge-issuer read the cluster with', () => {
  it.for([...ACCEPTED, ...ACCEPTED_PLUGINS])('$name', async (one, { expect }) => {
    const result = await compare(one)
    const said = result.kubectl.stderr + result.ours.stderr
    expect(result, said).toMatchObject({ kubectl: { isOk: true }, ours: { isOk: true } })
    if (one.runs === 1) expect(result.runs).toBe(1)
    else expect(result.runs).toBeGreaterThanOrEqual(one.runs ?? 0)
  })
})

describe.concurrent('neither kubectl nor edge-issuer reads the cluster with', () => {
  it.for([...REFUSED, ...REFUSED_PLUGINS])('$name', async (one, { expect }) => {
    const { kubectl: theirs, ours, folder } = await compare(one)
    expect({ theirs, ours }).toMatchObject({ theirs: { isOk: false }, ours: { isOk: false } })
    expect(ours.stderr).toContain((one.says ?? '').replaceAll('FOLDER', folder))
    for (const secret of ['secret', world.token]) expect(ours.stderr).not.toContain(secret)
  })
})

const startRelay = async (text: string): Promise<Ended> => {
  const prepared = await prepare({ files: { kubeconfig: text } })
  return run({
    command: process.execPath,
    args: [
      RELAY,
      '--cluster-resource-namespace=default',
      '--metrics-bind-address=0',
      '--health-probe-bind-address=127.0.0.1:0',
      '--leader-elect=false',
    ],
    env: prepared.env,
    cwd: prepared.folder,
    limitMs: 15_000,
  })
}

describe('the relay', () => {
  it('reads the kubeconfig that KUBECONFIG names', async ({ expect }) => {
    const { stdout } = await startRelay(kubeconfig(world))
    expect(stdout).toContain('"collection":"clusterissuers","objects":0,"message":"synced"')
  })

  it('exits at once with an unusable kubeconfig', async ({ expect }) => {
    const { stdout } = await startRelay(kubeconfig(world, { user: { tokenFile: 'none' } }))
    expect(stdout).toContain('"message":"cannot start"')
    expect(stdout).toContain('cannot be read: no such file')
  })
})
