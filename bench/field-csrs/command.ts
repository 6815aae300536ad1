/**
 * `npm run bench -- field-csrs`: certification requests of real tools, through the relay and through the
 * command.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { CORPUS_DIRECTORY, type FieldCsr, readCorpus } from '../../test/field-csrs/corpus.ts'
import type { SignerConfigText } from '../../test/support/edge/signer.ts'
import { type Api, openApi } from '../cluster/api.ts'
import { type Cluster, OURS, startCluster, waitUntilReady } from '../cluster/cluster.ts'
import { concurrently } from '../cluster/concurrently.ts'
import type { BenchCommand } from '../command.ts'
import { signByCommand } from './by-command.ts'
import { signByRelay } from './by-relay.ts'
import { isAsExpected, summarize, summaryLines, type Tried } from './outcome.ts'

/** Requests on their way at a time. */
const CONCURRENCY = 6
const STOP_GRACE_MS = 30_000
/** How often progress is reported, in requests. */
const PROGRESS_EVERY = 20
/** The corpus comes faster than the requests of any cluster. */
const WITHOUT_LIMIT = { certificatesPerMinute: null, repeatsPerMinute: 100_000 }

/** `npm run bench -- field-csrs`. */
export const fieldCsrs: BenchCommand = {
  summary: 'certification requests of real tools: signed or refused as a manifest expects',
  description: `Each request goes as a real CertificateRequest through the relay and through \`edge-issuer sign\`, to
one worker with the default profile and a client that may ask for everything. Usages and isCA are
what the request itself says. Both ways must end as the manifest expects:

  sign      a certificate for the key of the request, which openssl verifies up to the root
  refuse    a permanent refusal (by the relay's way, cert-manager's webhook may be who refuses)
  either    reported, not judged
  webhook   reported, not judged: cert-manager's webhook does not admit it

DIR holds manifest.json, {"NAME": {"expect": "sign"}, …}, and csr/NAME.pem. The exit code is 1 when one ends
otherwise.`,
  numbers: {},
  texts: { dir: { summary: 'the directory to read', value: 'DIR', fallback: CORPUS_DIRECTORY } },
  switches: {},
  run: async ({ texts: { dir = CORPUS_DIRECTORY } }, report) => {
    // npm runs scripts in the folder of the package, and says where it was called.
    const directory = resolve(process.env['INIT_CWD'] ?? '.', dir)
    const corpus = await readCorpus(directory)
    if (!corpus.ok) throw new Error(corpus.error)
    const all = await tryAll(corpus.value, report)
    const summary = summarize(all)
    return {
      json: summary,
      lines: summaryLines(all),
      isFailure: summary.failures.length > 0,
    }
  },
}

type Report = (line: string) => void

async function tryAll(corpus: readonly FieldCsr[], report: Report): Promise<readonly Tried[]> {
  const cluster = await startCluster(report, { configure: withoutRateLimit })
  const api = await openApi(cluster.plane, CONCURRENCY)
  try {
    const { process: relay } = await cluster.startRelay()
    try {
      await waitUntilReady(cluster.plane, `clusterissuer.${OURS.group}/${OURS.name}`)
      return await tryEach(corpus, { cluster, api, report })
    } finally {
      await relay.stop(STOP_GRACE_MS)
    }
  } finally {
    api.close()
    await cluster.stop()
  }
}

interface Scene {
  readonly cluster: Cluster
  readonly api: Api
  readonly report: Report
}

/** @returns The outcomes in the order of the corpus. */
async function tryEach(
  corpus: readonly FieldCsr[],
  { cluster: { signer }, api, report }: Scene,
): Promise<readonly Tried[]> {
  const root = await readFile(signer.rootFile, 'utf8')
  const tried = new Map<number, Tried>()
  report(`${String(corpus.length)} requests, each through the relay and by edge-issuer sign …`)
  await concurrently([...corpus.entries()], CONCURRENCY, async ([at, csr]) => {
    const { name, expect } = csr
    const [relay, command] = await Promise.all([
      signByRelay(api, { objectName: `field-csr-${String(at + 1)}`, csr, root }),
      signByCommand(signer, { csr, root }),
    ])
    tried.set(at, { name, expect, relay, command })
    if (tried.size % PROGRESS_EVERY === 0) {
      const failed = [...tried.values()].filter((one) => !isAsExpected(one)).length
      report(`${String(tried.size)} of ${String(corpus.length)} done, ${String(failed)} failed`)
    }
  })
  return [...tried].toSorted(([a], [b]) => a - b).map(([, one]) => one)
}

const clientsSchema = z.looseObject({ clients: z.record(z.string(), z.looseObject({})) })

function withoutRateLimit(config: SignerConfigText): SignerConfigText {
  const { clients, ...rest } = clientsSchema.parse(config)
  return {
    ...rest,
    clients: Object.fromEntries(
      Object.entries(clients).map(([name, client]) => [name, { ...client, ...WITHOUT_LIMIT }]),
    ),
  }
}
