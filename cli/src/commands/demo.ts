import { resolve } from 'node:path'
import { err, ok } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import { optional, toggle } from '../command-line/parameters.ts'
import { DIRECTORY, FILE } from '../command-line/value-types.ts'

const parameters = {
  once: toggle('stop after success instead of running until Ctrl-C'),
  kubeconfig: optional(FILE, 'use an existing cluster with cert-manager instead of a new one'),
  stateIn: optional(DIRECTORY, 'parent of the folder for its state; when absent, the checkout'),
  clean: toggle('remove the state of earlier runs, and exit'),
  caches: toggle("with --clean: also remove built programs from the user's cache"),
}

/** `edge-issuer demo`. */
export const demo = defineCommand({
  description: `
Runs edge-issuer end to end with real processes: etcd, kube-apiserver and cert-manager; a CA and a
signing worker in workerd; the relay under its own ServiceAccount; an Issuer and a ClusterIssuer, and
a Certificate from each.

Requires a checkout and Go: the first run builds the control plane, which takes minutes. The state is
kept in the folder .demo of the checkout, or in edge-issuer-demo below --state-in, so that the next
run starts faster.

Ctrl-C stops all processes in order; the exit code is 0 once the demo has started. If the relay, the
worker or a part of the cluster exits, the demo stops and prints the last lines of its log.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'npm run demo',
    'npm run demo -- --once',
    'npm run demo -- --kubeconfig kind.yaml',
    'npm run demo -- --clean --caches',
  ],
  run: async ({ once, kubeconfig, stateIn, clean: isClean, caches }, io) => {
    if (caches && !isClean) {
      return err({
        exit: 'usage',
        message: '--caches requires --clean',
      })
    }
    const parent = stateIn === undefined ? undefined : resolve(io.cwd, stateIn)
    // Loads modules of the checkout only when the demo runs.
    const { runDemo } = await import('../demo/demo.ts')
    const { clean } = await import('../demo/clean.ts')
    try {
      await (isClean
        ? clean({ stateIn: parent, withCaches: caches }, io)
        : runDemo(
            {
              isOnce: once,
              kubeconfig: kubeconfig === undefined ? undefined : resolve(io.cwd, kubeconfig),
              stateIn: parent,
            },
            io,
          ))
      return ok(undefined)
    } catch (error) {
      return err({
        exit: 'failed',
        message: error instanceof Error ? error.message : String(error),
      })
    }
  },
})
