import { type ControlPlane, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { makeAuthority } from '@edge-issuer/testbed/pki/x509'
import { issuerManifest } from '@edge-issuer/testbed/relay/objects'
/**
 * CRDs that something else has made are taken over by a release, with the commands of the manual.
 *
 * @module
 */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { getObject, mustKubectl } from '../../e2e/environment.ts'
import { mustHelm, RELEASE } from './helm.ts'
import { documentedCommands } from './readme.ts'

const CRDS = ['issuers.edge-issuer.dev', 'clusterissuers.edge-issuer.dev'] as const

let plane: ControlPlane

beforeAll(async () => {
  plane = await startControlPlane({ certManager: 'off' })
  for (const name of [RELEASE.namespace, 'elsewhere'])
    await mustKubectl(plane, `create namespace ${name}`)
})

afterAll(async () => {
  await plane.stop()
})

describe('CRDs that another release has left', () => {
  const other = { name: 'other', namespace: 'elsewhere' }

  const leave = {
    'another release': async () => {
      await mustKubectl(plane, 'delete crd --ignore-not-found', ...CRDS)
      await mustHelm('install', plane.adminKubeconfig, { release: other })
      await mustHelm('uninstall', plane.adminKubeconfig, { release: other })
    },
    'kubectl apply': async () => {
      await mustKubectl(plane, 'delete crd --ignore-not-found', ...CRDS)
      await mustKubectl(plane, 'apply -k', new URL('../../../crds', import.meta.url).pathname)
    },
    'kubectl apply --server-side': async () => {
      await mustKubectl(plane, 'delete crd --ignore-not-found', ...CRDS)
      await mustKubectl(
        plane,
        'apply --server-side -k',
        new URL('../../../crds', import.meta.url).pathname,
      )
    },
  } as const

  const adopt = {
    'the documented commands': async () => {
      for (const { args } of await documentedCommands('CRDs from another release'))
        await mustKubectl(plane, args.join(' '))
      await mustHelm('install', plane.adminKubeconfig)
    },
    '--take-ownership': async () => {
      await mustHelm('install', plane.adminKubeconfig, { flags: ['--take-ownership'] })
    },
  } as const

  const WAYS = ['another release', 'kubectl apply', 'kubectl apply --server-side'] as const
  const ADOPTIONS = ['the documented commands', '--take-ownership'] as const

  it.for(WAYS.flatMap((by) => ADOPTIONS.map((how) => ({ by, how }))))(
    'by $by are adopted with $how, and the issuers stay',
    async ({ by, how }, { expect }) => {
      await mustHelm('uninstall', plane.adminKubeconfig, { flags: ['--ignore-not-found'] })
      await leave[by]()
      await plane.apply(
        issuerManifest(
          { worker: { url: 'https://ca.example.com' }, tlsCaPem: makeAuthority().pem },
          { kind: 'ClusterIssuer', name: 'kept' },
        ),
      )
      const uid = async (): Promise<string> =>
        (await getObject(plane, 'clusterissuer.edge-issuer.dev/kept', 'default')).metadata.uid
      const before = await uid()
      await expect(mustHelm('install', plane.adminKubeconfig)).rejects.toThrow(
        'invalid ownership metadata',
      )
      await adopt[how]()
      expect(await uid()).toBe(before)
      await mustHelm('upgrade', plane.adminKubeconfig, { values: { replicaCount: 1 } })
    },
  )
})
