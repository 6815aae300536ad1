import { err, ok } from '@edge-issuer/shared'
import { defineCommand } from '../command.ts'
import { optional, toggle } from '../parameters.ts'
import { FILE } from '../value-types.ts'

const parameters = {
  once: toggle('stop after success instead of staying up'),
  kubeconfig: optional(
    FILE,
    'use this cluster, which must have cert-manager, instead of a new one',
  ),
  clean: toggle('remove what earlier runs left, and end'),
}

/** `edge-issuer demo`. */
export const demo = defineCommand({
  description: `
Shows the main job on real processes: etcd, kube-apiserver and cert-manager; a CA and a signing worker
in workerd; the relay under its own ServiceAccount; an Issuer and a ClusterIssuer, and a Certificate
by each.

Needs a checkout and Go: the first run builds the control plane, which takes minutes. Keeps its state
in the folder .demo of the checkout, so that the next run starts warm.`,
  parameters,
  endings: ['done', 'failed', 'usage'],
  examples: ['npm run demo', 'npm run demo -- --once', 'npm run demo -- --kubeconfig kind.yaml'],
  run: async (values, io) => {
    // What it needs of the checkout is loaded only when it runs.
    const { runDemo } = await import('../demo/demo.ts')
    try {
      await runDemo(
        { isOnce: values.once, isClean: values.clean, kubeconfig: values.kubeconfig },
        io,
      )
      return ok(undefined)
    } catch (error) {
      return err({
        ending: 'failed',
        message: error instanceof Error ? error.message : String(error),
      })
    }
  },
})
