/**
 * The control plane itself: what other tests take for granted when they use it.
 * @module
 */
import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ControlPlane,
  type KubectlOptions,
  startControlPlane,
} from '@edge-issuer/testbed/control-plane'
import {
  FOREIGN_APPROVE_PERMISSION,
  FOREIGN_KIND,
  IN_TREE_AUTHORITY,
  REQUESTER_PERMISSION,
  certificateRequest,
} from '@edge-issuer/testbed/control-plane/example-manifests'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { fileExists } from '@edge-issuer/testbed/files/file-exists'
import { isProcessAlive } from '@edge-issuer/testbed/processes/process-alive'
import { afterAll, beforeAll, describe, it } from 'vitest'

const POLL_TIMEOUT_MS = 60_000

describe('a control plane with everything', () => {
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await startControlPlane({ withControllerManager: true })
    await plane.apply(IN_TREE_AUTHORITY)
  })
  afterAll(async () => plane.stop())

  it('issues a Certificate from an in-tree CA', async ({ expect }) => {
    await plane.apply(`
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: leaf, namespace: default}
spec:
  secretName: leaf
  dnsNames: [leaf.example]
  issuerRef: {name: in-tree-ca}
`)
    await kubectl(plane, ['wait', '--for=condition=Ready', 'certificate/leaf', '--timeout=60s'])
    const secret = await kubectl(plane, ['get', 'secret/leaf', '--output=jsonpath={.data}'])
    const data: unknown = JSON.parse(secret)
    const leaf = new X509Certificate(Buffer.from(entry(data, 'tls.crt'), 'base64'))
    const authority = new X509Certificate(Buffer.from(entry(data, 'ca.crt'), 'base64'))
    expect(leaf.checkIssued(authority)).toBe(true)
    expect(leaf.verify(authority.publicKey)).toBe(true)
    expect(leaf.subjectAltName).toBe('DNS:leaf.example')
  })

  it('gives a ServiceAccount its own permissions, and stamps its name on what it requests', async ({
    expect,
  }) => {
    const kubeconfig = await plane.kubeconfigForServiceAccount({
      namespace: 'default',
      name: 'requester',
    })
    const request = await certificateRequest('stamped', { name: 'in-tree-ca' })
    await plane.apply(REQUESTER_PERMISSION)
    await kubectl(plane, ['create', '--filename=-'], { kubeconfig, stdin: request })
    const username = await readPath(plane, 'stamped', '{.spec.username}')
    expect(username).toBe('system:serviceaccount:default:requester')

    const forbidden = await plane.kubectl(['get', 'secrets'], { kubeconfig })
    expect(forbidden.stderr).toContain('cannot list resource "secrets"')
  })

  it('lets cert-manager approve requests only where its role says so', async ({ expect }) => {
    await plane.apply(FOREIGN_KIND)
    await kubectl(plane, ['wait', '--for=condition=Established', 'crd/issuers.foreign.example'])
    await plane.apply(
      await certificateRequest('foreign', {
        name: 'any',
        kind: 'Issuer',
        group: 'foreign.example',
      }),
    )
    await pollUntil({
      what: "the webhook's refusal in the log of the controller",
      probe: async () =>
        (await controllerLog(plane)).includes(
          // The log quotes the message, and so the quotes in it.
          String.raw`user \"system:serviceaccount:cert-manager:cert-manager\" does not have ` +
            'permissions to set approved/denied conditions for issuer {any Issuer foreign.example}',
        ),
      timeoutMs: POLL_TIMEOUT_MS,
    })
    expect(await readPath(plane, 'foreign', '{.status.conditions}')).toBe('')

    await plane.apply(FOREIGN_APPROVE_PERMISSION)
    await waitForCondition(plane, 'foreign', 'Approved')
  })

  it('leaves requests unapproved when the approver is off', async ({ expect }) => {
    await plane.startCertManager({ controllersOff: ['certificaterequests-approver'] })
    await plane.apply(await certificateRequest('unapproved', { name: 'in-tree-ca' }))
    await pollUntil({
      what: 'the event that says that the request waits',
      probe: async () => {
        const forRequest = '--field-selector=involvedObject.name=unapproved'
        const events = await kubectl(plane, ['get', 'events', forRequest, '--output=name'])
        return events !== ''
      },
      timeoutMs: POLL_TIMEOUT_MS,
    })
    expect(await readPath(plane, 'unapproved', '{.status.conditions}')).toBe('')

    await plane.startCertManager()
    await waitForCondition(plane, 'unapproved', 'Ready')
  })

  it('finds its data on the same port after the API server was killed', async ({ expect }) => {
    await plane.killApiServer()
    const refused = await plane.kubectl(['get', 'namespaces'])
    expect(refused.code).toBe(1)

    await plane.restartApiServer()
    const issuers = await kubectl(plane, ['get', 'issuers', '--output=name'])
    expect(issuers).toContain('issuer.cert-manager.io/in-tree-ca')
  })

  it('deletes a namespace with what is in it', async ({ expect }) => {
    await kubectl(plane, ['create', 'namespace', 'short-lived'])
    await kubectl(plane, ['create', 'configmap', 'inside', '--namespace=short-lived'])
    await kubectl(plane, ['delete', 'namespace', 'short-lived', '--timeout=60s'])
    const gone = await plane.kubectl(['get', 'namespace', 'short-lived'])
    expect(gone.stderr).toContain('not found')
  })
})

describe('the end of a control plane', () => {
  it('leaves no process and no folder', async ({ expect }) => {
    const plane = await startControlPlane({ certManager: 'off' })
    const processes = plane.processes()
    expect(processes.map(({ name }) => name)).toEqual(['etcd', 'kube-apiserver'])
    await plane.stop()
    await plane.stop()
    const alive = await Promise.all(processes.map(async ({ pid }) => isProcessAlive(pid)))
    expect(alive).toEqual([false, false])
    expect(await fileExists(plane.directory)).toBe(false)
  })

  it('ends with the process that started it, even if that is killed', async ({ expect }) => {
    const program = `
      import { startControlPlane } from ${JSON.stringify(import.meta.resolve('../../../testbed/src/control-plane/index.ts'))}
      const plane = await startControlPlane({ certManager: 'off' })
      console.log(JSON.stringify([plane.directory, ...plane.processes().map(({ pid }) => pid)]))
    `
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program])
    const [line]: unknown[] = await once(parent.stdout, 'data')
    const [directory, ...pids]: unknown[] = JSON.parse(String(line))
    parent.kill('SIGKILL')
    expect(pids).toHaveLength(2)
    await pollUntil({
      what: 'the processes to end',
      probe: async () => {
        const alive = await Promise.all(pids.map(async (pid) => isProcessAlive(Number(pid))))
        return !alive.includes(true)
      },
      timeoutMs: POLL_TIMEOUT_MS,
    })
    await rm(String(directory), { recursive: true })
  })
})

describe('a control plane in a folder of its own', () => {
  it('is found again unchanged, by one process at a time', async ({ expect }) => {
    const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-kept-'))
    const first = await startControlPlane({ directory, certManager: 'off' })
    await kubectl(first, ['create', 'configmap', 'kept', '--namespace=default'])
    await expect(startControlPlane({ directory })).rejects.toThrow(
      `the control plane in ${directory} is in use by process ${process.pid}`,
    )
    await first.stop()

    const second = await startControlPlane({ directory, certManager: 'off' })
    expect(second.server).toBe(first.server)
    expect(second.caPem).toBe(first.caPem)
    const names = await kubectl(second, ['get', 'configmaps', '--output=name'])
    expect(names).toBe('configmap/kept\n')
    await second.stop()
    await rm(directory, { recursive: true })
  })
})

/** What kubectl prints. @throws Error with its complaint when it fails */
async function kubectl(
  plane: ControlPlane,
  args: readonly string[],
  options?: KubectlOptions,
): Promise<string> {
  const result = await plane.kubectl(args, options)
  if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`)
  return result.stdout
}

async function readPath(plane: ControlPlane, name: string, jsonPath: string): Promise<string> {
  return kubectl(plane, ['get', `certificaterequest/${name}`, `--output=jsonpath=${jsonPath}`])
}

async function waitForCondition(plane: ControlPlane, name: string, type: string): Promise<void> {
  await kubectl(plane, ['wait', `--for=condition=${type}`, `cr/${name}`, '--timeout=60s'])
}

async function controllerLog(plane: ControlPlane): Promise<string> {
  return readFile(join(plane.directory, 'logs', 'cert-manager-controller.log'), 'utf8')
}

function entry(data: unknown, name: string): string {
  const value: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, name) : null
  if (typeof value !== 'string') throw new Error(`the Secret has no ${name}`)
  return value
}
