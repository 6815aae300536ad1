/**
 * `edge-issuer clients add --from-cluster` and `edge-issuer issuer manifest` on a real API server and a real worker.
 *
 * @module
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clientRecordSchema } from '@edge-issuer/shared'
import { mustRunCli, runCli } from '@edge-issuer/testbed/cli'
import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import {
  type EdgeSigner,
  type SignerConfigText,
  startEdgeSigner,
} from '@edge-issuer/testbed/worker/local-worker'
import { afterAll, beforeAll, it } from 'vitest'
import { z } from 'zod'

let directory: string
let plane: ControlPlane
let signer: EdgeSigner

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'edge-issuer-enrol-'))
  await mustRunCli(['admin', 'create', 'alice', '--role', 'admin'], { cwd: directory })
  const admins: unknown = JSON.parse(await readFile(join(directory, 'alice.admin.json'), 'utf8'))
  const configure = (config: SignerConfigText): SignerConfigText => ({ ...config, admins })
  const parts = await Promise.all([startControlPlane(), startEdgeSigner({ directory, configure })])
  plane = parts[0]
  signer = parts[1]
  await plane.apply(await manifests('crds'))
})

afterAll(async () => {
  await signer.worker.stop()
  await plane.stop()
  await rm(directory, { recursive: true, force: true })
})

const asAdmin = (command: string, keyFlag = '--key'): readonly string[] => [
  ...command.split(' '),
  ...`--url ${signer.worker.url} --ca-file ${signer.tlsCaFile} ${keyFlag} alice.admin.key`.split(
    ' ',
  ),
]

const raw = async (path: string): Promise<unknown> => {
  const { stdout } = await plane.kubectl(['get', '--raw', path])
  return JSON.parse(stdout)
}

const claimsSchema = z.object({ iss: z.string(), sub: z.string() })

it('registers what the API server says about its tokens', async ({ expect }) => {
  const add = `clients add prod-eu-3 --from-cluster --kubeconfig ${plane.adminKubeconfig} --unrestricted`
  await mustRunCli(asAdmin(add, '--admin-key'), { cwd: directory })
  const shown = await mustRunCli(asAdmin('clients show prod-eu-3 --json'), { cwd: directory })
  const { entry } = clientRecordSchema.parse(JSON.parse(shown.stdout))
  expect(entry['identity']).toMatchObject({ jwks: await raw('/openid/v1/jwks') })
  await plane.kubectl(['create', 'namespace', 'edge-issuer'])
  await plane.kubectl(['create', 'serviceaccount', 'edge-issuer-relay', '-n', 'edge-issuer'])
  const { stdout } = await plane.kubectl([
    'create',
    'token',
    'edge-issuer-relay',
    '-n',
    'edge-issuer',
  ])
  const payload = Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString()
  const { iss, sub } = claimsSchema.parse(JSON.parse(payload))
  expect(entry['identity']).toMatchObject({ issuer: iss, subjects: [sub] })
})

it('prints a ClusterIssuer that the API server accepts', async ({ expect }) => {
  const { stdout } = await mustRunCli(asAdmin('issuer manifest --client prod-eu-3'), {
    cwd: directory,
  })
  const file = join(directory, 'clusterissuer.yaml')
  await writeFile(file, stdout)
  const applied = await plane.kubectl(['apply', '-f', file])
  expect(applied).toMatchObject({ code: 0 })
})

it('says what a user may not read', async ({ expect }) => {
  const account = { namespace: 'edge-issuer', name: 'edge-issuer-relay' }
  await plane.kubectl(['delete', 'clusterrolebinding', 'system:service-account-issuer-discovery'])
  const kubeconfig = await plane.kubeconfigForServiceAccount(account)
  const add = `clients add other --from-cluster --kubeconfig ${kubeconfig} --unrestricted`
  const { code, stderr } = await runCli(asAdmin(add, '--admin-key'), { cwd: directory })
  expect(code).toBe(1)
  expect(stderr).toContain('system:service-account-issuer-discovery')
})
