import type { CertificateRecord, CertificateSummary } from '@edge-issuer/shared'
import type { TestContext } from 'vitest'
import { runCli, temporaryFolder, type Outcome, type Surroundings } from './run-cli.ts'
import {
  startStubWorker,
  type StubAnswer,
  type StubAnswers,
  type StubWorker,
} from './stub-worker.ts'

/** A certificate in a list; `index` makes it one of its own. */
export const aSummary = (index = 1): CertificateSummary => ({
  issuer: 'default',
  client: 'cluster-1',
  serialNumber: `4f${String(index).padStart(4, '0')}`,
  uid: `uid-${String(index)}`,
  profile: 'default',
  subject: 'CN=web',
  subjectAltNames: ['DNS:web.acme.internal'],
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2026-04-01T00:00:00Z',
  issuedAt: '2026-01-01T00:01:00Z',
})

/** A certificate with all that is recorded of it. */
export const aRecord = (index = 1): CertificateRecord => ({
  ...aSummary(index),
  clamped: null,
  chain: '-----BEGIN CERTIFICATE-----\nleaf\n-----END CERTIFICATE-----\n',
  ca: '-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n',
  ignored: [],
  warnings: [],
  origin: {
    kind: 'CertificateRequest',
    namespace: 'default',
    name: 'web-1',
    uid: `uid-${String(index)}`,
    username: 'cert-manager',
    groups: [],
  },
  requestDigest: 'ab'.repeat(32),
  evidence: {
    keyId: 'k'.repeat(43),
    signatureBase: '"@method": POST',
    signature: 'c2ln',
    body: 'e30=',
  },
})

/** An answer of 200. */
export const good = (body: unknown): StubAnswer => ({ status: 200, body })

/** Numbers from 1 to `last`. */
export const upTo = (last: number): readonly number[] =>
  Array.from({ length: last }, (_, index) => index + 1)

/**
 * A worker with a list of `total` items, whose cursors are `c` and the number of the last item.
 *
 * @param toBody - A page's body.
 */
export const paged =
  (total: number, toBody: (indices: readonly number[], next: string | null) => unknown) =>
  ({ path }: { readonly path: string | undefined }): StubAnswer => {
    const query = new URL(`https://stub${path ?? ''}`).searchParams
    const start = Number((query.get('cursor') ?? 'c0').slice(1))
    const end = Math.min(total, start + Number(query.get('limit')))
    const indices = upTo(end).slice(start)
    return good(toBody(indices, end < total ? `c${String(end)}` : null))
  }

/** A folder with an admin's key, and a worker. */
export interface AdminHarness {
  readonly cwd: string
  readonly worker: StubWorker
  /** Paths and queries that were asked for, in order. */
  readonly asked: () => readonly string[]
  /** Runs `certificates …` with what every run needs. */
  readonly certificates: (
    args: string | readonly string[],
    more?: Partial<Surroundings>,
  ) => Promise<Outcome>
}

/** Makes a harness that goes with the test. */
export async function setUp(
  answers: StubAnswers,
  context: Pick<TestContext, 'onTestFinished'>,
): Promise<AdminHarness> {
  const cwd = await temporaryFolder(context)
  const worker = await startStubWorker(answers, cwd, context)
  await runCli('admin create a', { cwd })
  const common = `--url ${worker.url} --key a.admin.key --ca-file ${worker.rootsFile}`.split(' ')
  return {
    cwd,
    worker,
    asked: () => worker.seen.map(({ path }) => path ?? ''),
    certificates: async (args, more) => {
      const words = typeof args === 'string' ? args.split(' ') : args
      return runCli(['certificates', ...words, ...common], { cwd, ...more })
    },
  }
}
