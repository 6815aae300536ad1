import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { kubectlWait, TIMEOUT } from '../../e2e/environment.ts'

/** Installs the CRDs of the Prometheus Operator that the chart has objects of, and waits until they are served. */
export async function installMonitoringCrds(plane: ControlPlane): Promise<void> {
  await plane.apply(await readFile(join(import.meta.dirname, 'monitoring-crds.yaml'), 'utf8'))
  for (const plural of ['servicemonitors', 'podmonitors', 'prometheusrules']) {
    const name = `crd/${plural}.monitoring.coreos.com`
    await kubectlWait(plane, [name, 'condition=Established', TIMEOUT], 'default')
  }
}
