/**
 * `npm run bench -- field-csrs`: certification requests of real tools, through the relay and through the
 * command.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CORPUS_DIRECTORY, type FieldCsr, readCorpus } from '@edge-issuer/testbed/field-csrs/corpus'
import { issuerManifest } from '@edge-issuer/testbed/relay/objects'
import type { SignerConfigText } from '@edge-issuer/testbed/worker/local-worker'
import { z } from 'zod'
import { type Api, openApi } from '../cluster/api.ts'
import { type Cluster, OURS, startCluster, waitUntilReady } from '../cluster/cluster.ts'
import { concurrently } from '../cluster/concurrently.ts'
import type { IssuerRef } from '../cluster/requests.ts'
import type { BenchCommand } from '../command.ts'
import { signByCommand } from './by-command.ts'
import { signByRelay } from './by-relay.ts'
import { isAsExpected, summarize, summaryLines, type Tried } from './outcome.ts'

/** Requests on their way at a time. */
const CONCURRENCY = 6
const STOP_GRACE_MS = 30_000
/** Number of requests between two reports of progress. */
const PROGRESS_EVERY = 20
/** The corpus comes faster than the requests of any cluster. */
const WITHOUT_LIMIT = { certificatesPerMinute: null, repeatsPerMinute: 100_000 }

/**
 * Options that open what the default profile refuses of a request from the field, each documented in
 * docs/admission.md: Kerberos principals as names, and the TLS feature ignored.
 */
const OPTIONS = {
  otherNames: ['1.3.6.1.5.2.2'],
  ignoredExtensions: ['1.3.6.1.5.5.7.1.24'],
} as const
const OPTIONS_TEXT = 'otherNames, ignoredExtensions'

/** Name of the profile with these options, and of the ClusterIssuer that names it. */
const OPTIONS_PROFILE = 'field-options'
const UNDER_OPTIONS: IssuerRef = { ...OURS, name: OPTIONS_PROFILE }

/** `npm run bench -- field-csrs`. */
export const fieldCsrs: BenchCommand = {
  summary: 'certification requests of real tools: signed or refused as a manifest expects',
  description: `Each request goes as a real CertificateRequest through the relay and through \`edge-issuer sign\`, to
one worker with the default profile and a client that may ask for everything. Usages and isCA are
what the request itself says. Both ways must end as the manifest expects:

  sign      a certificate for the key of the request, which openssl verifies up to the root. What the
            default profile refuses is tried again with its options open (${OPTIONS_TEXT}),
            and named in the result: underOptions
  refuse    a permanent refusal (by the relay's way, cert-manager's webhook may be who refuses)
  either    reported, without an expected result
  webhook   reported, without an expected result: cert-manager's webhook does not admit it

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
  const cluster = await startCluster(report, { configure: forFieldCsrs })
  const api = await openApi(cluster.plane, CONCURRENCY)
  try {
    await cluster.plane.apply(
      issuerManifest(cluster.signer, {
        kind: 'ClusterIssuer',
        name: OPTIONS_PROFILE,
        spec: { profile: OPTIONS_PROFILE },
      }),
    )
    const { process: relay } = await cluster.startRelay()
    try {
      for (const { group, name } of [OURS, UNDER_OPTIONS]) {
        await waitUntilReady(cluster.plane, `clusterissuer.${group}/${name}`)
      }
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
    const objectName = `field-csr-${String(at + 1)}`
    const tryUnder = async (profile?: string): Promise<Tried> => {
      const isUnderOptions = profile !== undefined
      const [relay, command] = await Promise.all([
        signByRelay(api, {
          objectName: isUnderOptions ? `${objectName}-options` : objectName,
          issuer: isUnderOptions ? UNDER_OPTIONS : OURS,
          csr,
          root,
        }),
        signByCommand(signer, { csr, root, profile }),
      ])
      const { name, expect } = csr
      return { name, expect, relay, command, isUnderOptions }
    }
    const first = await tryUnder()
    const isRetried = csr.expect === 'sign' && isRefusedByWorker(first)
    tried.set(at, isRetried ? await tryUnder(OPTIONS_PROFILE) : first)
    if (tried.size % PROGRESS_EVERY === 0) {
      const failed = [...tried.values()].filter((one) => !isAsExpected(one)).length
      report(`${String(tried.size)} of ${String(corpus.length)} done, ${String(failed)} failed`)
    }
  })
  return [...tried].toSorted(([a], [b]) => a - b).map(([, one]) => one)
}

/** Both ways refused, so the profile did and not the webhook. */
const isRefusedByWorker = ({ relay, command }: Tried): boolean =>
  [relay, command].every((outcome) => outcome.kind === 'refused' && outcome.by === 'worker')

const withProfiles = z.looseObject({ profiles: z.array(z.string()) })
const configSchema = z.looseObject({
  clients: z.record(z.string(), withProfiles),
  issuers: z.record(z.string(), withProfiles),
  profiles: z.record(z.string(), z.looseObject({})),
})

/** No rate limit, and the second profile for the client and under the issuer. */
function forFieldCsrs(config: SignerConfigText): SignerConfigText {
  const { clients, issuers, profiles, ...rest } = configSchema.parse(config)
  const both = <T extends { profiles: string[] }>(
    entries: Readonly<Record<string, T>>,
    changes: object,
  ): Record<string, object> =>
    Object.fromEntries(
      Object.entries(entries).map(([name, entry]) => [
        name,
        { ...entry, ...changes, profiles: [...entry.profiles, OPTIONS_PROFILE] },
      ]),
    )
  return {
    ...rest,
    clients: both(clients, WITHOUT_LIMIT),
    issuers: both(issuers, {}),
    profiles: { ...profiles, [OPTIONS_PROFILE]: OPTIONS },
  }
}
