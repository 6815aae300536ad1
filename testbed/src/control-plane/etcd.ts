import { withPorts } from '../processes/ports.ts'
import type { ManagedProcess } from '../processes/process.ts'
import type { Launcher } from './launcher.ts'
import type { StateDirectory } from './state-directory.ts'

const READY_TIMEOUT_MS = 30_000

/** A running etcd with one member. It speaks plain HTTP on the loopback address. */
export interface Etcd {
  readonly url: string
  readonly process: ManagedProcess
}

/** Starts etcd on the data in the state folder. */
export async function startEtcd(launcher: Launcher, state: StateDirectory): Promise<Etcd> {
  const preferred = await state.rememberedPorts('etcd')
  return withPorts({ count: 2, preferred }, async (ports) => {
    const [url, peerUrl] = ports.map((port) => `http://127.0.0.1:${port}`)
    if (url === undefined || peerUrl === undefined) throw new Error('etcd needs two ports')
    const process = await launcher.start({
      part: 'etcd',
      args: [
        `--data-dir=${state.etcd}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=default=${peerUrl}`,
        // The data need not survive a crash of the machine, only one of the process.
        '--unsafe-no-fsync',
        // 8 GiB: benchmarks fill it faster than the API server compacts it (every 5 minutes).
        '--quota-backend-bytes=8589934592',
        '--log-level=warn',
      ],
      readiness: {
        probe: async (signal) => (await fetch(`${url}/health`, { signal })).ok,
        timeoutMs: READY_TIMEOUT_MS,
      },
    })
    await state.rememberPorts('etcd', ports)
    return { url, process }
  })
}
