/**
 * The programs of a node, each built or fetched once and kept in the user's cache: Kubernetes and
 * a container runtime from their sources, and C programs from Debian.
 *
 * @module
 */
import { join } from 'node:path'
import { buildFlags } from '@edge-issuer/testbed/control-plane/go-build'
import { type BuildJob, findOrBuild } from '@edge-issuer/testbed/go-build/cached-build'
import { compile, REPRODUCIBLE_FLAGS } from '@edge-issuer/testbed/go-build/compile'
import type { Report } from '@edge-issuer/testbed/go-build/progress'
import { findOrFetchDebianTools } from './debian-tools.ts'

/** Absolute paths. */
export interface NodeBinaries {
  /** kubelet, kube-proxy and kube-scheduler, as subcommands. */
  readonly kubernetes: string
  /** A folder with containerd, its shim, ctr, the network plugins, and pause. */
  readonly runtime: string
  /** A folder with runc and nft. */
  readonly debian: string
}

const KUBERNETES_SOURCES = join(import.meta.dirname, 'kubernetes')
const RUNTIME_SOURCES = join(import.meta.dirname, 'container-runtime')
const KUBERNETES_NAME = 'node-kubernetes'
/** Excludes containerd's snapshotters and tracing that need C libraries. */
const RUNTIME_TAGS = 'no_btrfs,no_devmapper,no_zfs,no_tracing'

/**
 * @param report - Called with the progress of builds and downloads; the first takes minutes.
 * @throws Error that says what to install when a program is missing and cannot be built
 */
export async function findOrBuildNodeBinaries(
  report: Report,
  env: NodeJS.ProcessEnv = process.env,
): Promise<NodeBinaries> {
  const context = { report, env }
  const debian = await findOrFetchDebianTools(context)
  const runtime = await findOrBuild(
    {
      name: 'container-runtime',
      title: 'containerd and its parts',
      sourceFolder: RUNTIME_SOURCES,
      flags: [...REPRODUCIBLE_FLAGS, '-ldflags', '-s -w', '-tags', RUNTIME_TAGS],
      build: async (job: BuildJob) =>
        compile({ ...job, packages: ['.', 'tool'], output: job.outputFolder }),
    },
    context,
  )
  const kubernetes = await findOrBuild(
    {
      name: KUBERNETES_NAME,
      title: 'kubelet, kube-proxy and kube-scheduler',
      sourceFolder: KUBERNETES_SOURCES,
      flags: await buildFlags(KUBERNETES_SOURCES),
      build: async (job: BuildJob) =>
        compile({ ...job, output: join(job.outputFolder, KUBERNETES_NAME) }),
    },
    context,
  )
  return { kubernetes: join(kubernetes, KUBERNETES_NAME), runtime, debian }
}
