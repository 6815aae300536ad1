/**
 * Client for the worker's read-only admin API: issued certificates, refusals and metrics.
 *
 * @module
 */
import { openWorker, type SignerError, type WorkerOptions } from '@edge-issuer/relay/signer'
import {
  ADMIN_CERTIFICATES_PATH,
  ADMIN_EXPORT_PATH,
  ADMIN_METRICS_PATH,
  ADMIN_REFUSALS_PATH,
  adminCertificatePath,
  type CertificateDetail,
  type CertificateQuery,
  certificateDetailSchema,
  type CertificateRecord,
  certificatesPageSchema,
  type CertificatesListQuery,
  type CertificatesQuery,
  type CertificateSummary,
  exportPageSchema,
  ok,
  type RefusalsQuery,
  refusalsPageSchema,
  type RefusedRequest,
  type Result,
} from '@edge-issuer/shared'
import { WORKER_DEADLINE_MS } from './connect.ts'
import { type Page, pageSchema } from './pages.ts'

/**
 * Maximum size of a response, in bytes. A page of 500 records with chains, roots and users of many groups is rarely
 * a tenth of it.
 */
export const MAX_PAGE_BYTES = 67_108_864

/** A client for one worker with one admin's key. */
export interface AdminClient {
  readonly certificates: (query: CertificatesListQuery) => PageResult<CertificateSummary>
  readonly records: (query: CertificatesQuery) => PageResult<CertificateRecord>
  readonly refusals: (query: RefusalsQuery) => PageResult<RefusedRequest>
  /** @param serialNumber - Lower-case hexadecimal. */
  readonly certificate: (
    serialNumber: string,
    query: CertificateQuery,
  ) => Promise<Result<CertificateDetail, SignerError>>
  /** Prometheus text. */
  readonly metrics: () => Promise<Result<string, SignerError>>
  readonly close: () => Promise<void>
}

type PageResult<T> = Promise<Result<Page<T>, SignerError>>

/** @returns The client, or an error about the options that never quotes the key. */
export function createAdminClient(options: WorkerOptions): Result<AdminClient, string> {
  const opened = openWorker(options, MAX_PAGE_BYTES)
  if (!opened.ok) return opened
  const worker = opened.value
  return ok({
    certificates: async (query) => {
      const schema = pageSchema(certificatesPageSchema, ({ certificates }) => certificates, query)
      return valueOf(
        worker.get(withQuery(ADMIN_CERTIFICATES_PATH, query), schema, workerDeadline()),
      )
    },
    records: async (query) => {
      const schema = pageSchema(exportPageSchema, ({ records }) => records, query)
      return valueOf(worker.get(withQuery(ADMIN_EXPORT_PATH, query), schema, workerDeadline()))
    },
    refusals: async (query) => {
      const schema = pageSchema(refusalsPageSchema, ({ refusals }) => refusals, query)
      return valueOf(worker.get(withQuery(ADMIN_REFUSALS_PATH, query), schema, workerDeadline()))
    },
    certificate: async (serialNumber, { issuer, client }) => {
      const path = withQuery(adminCertificatePath(serialNumber), { issuer, client })
      return valueOf(worker.get(path, certificateDetailSchema, workerDeadline()))
    },
    metrics: async () => worker.getText(ADMIN_METRICS_PATH, workerDeadline()),
    close: async () => worker.close(),
  })
}

/** Drops the request ID of a successful response. */
export async function valueOf<T>(
  response: Promise<Result<{ readonly value: T }, SignerError>>,
): Promise<Result<T, SignerError>> {
  const answer = await response
  return answer.ok ? ok(answer.value.value) : answer
}

/** Limit for one call, from now on. */
export const workerDeadline = (): AbortSignal => AbortSignal.timeout(WORKER_DEADLINE_MS)

/** Appends the members of a query that are not `undefined`. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): string {
  const members = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) members.append(name, value)
  }
  return members.size === 0 ? path : `${path}?${members.toString()}`
}
