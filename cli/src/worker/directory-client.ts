/**
 * Client for the part of the worker's admin API that manages clients.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { openWorker, type SignerError, type WorkerOptions } from '@edge-issuer/relay/signer'
import {
  ADMIN_CLIENTS_PATH,
  adminClientPath,
  adminClientQuarantinePath,
  type ClientPutRequest,
  type ClientRecord,
  clientRecordSchema,
  clientsPageSchema,
  IF_MATCH_HEADER,
  IF_NONE_MATCH_HEADER,
  ok,
  type Precondition,
  type QuarantineRequest,
  type Result,
  versionTag,
} from '@edge-issuer/shared'
import { MAX_PAGE_BYTES, valueOf, withQuery, workerDeadline } from './admin-client.ts'
import { type Page, pageSchema, type Slice } from './pages.ts'

type RecordResult = Promise<Result<ClientRecord, SignerError>>

/** What a write replaces, and whether it is only checked. */
export interface WriteOptions {
  /** Version that is replaced; `undefined` to create a client. */
  readonly version: number | undefined
  readonly isDryRun: boolean
}

/** Parameters of one page of clients. */
export interface ClientSlice extends Slice {
  readonly activity?: 'true' | undefined
}

/** The directory of one worker, with one admin's key. */
export interface ClientDirectory {
  /** @param slice - With `activity`, each client has what it did. */
  readonly list: (slice: ClientSlice) => Promise<Result<Page<ClientRecord>, SignerError>>
  readonly get: (name: string) => RecordResult
  readonly put: (name: string, request: ClientPutRequest, options: WriteOptions) => RecordResult
  /** @returns The client as it was. */
  readonly remove: (
    name: string,
    options: { readonly version: number; readonly isDryRun: boolean },
  ) => RecordResult
  readonly quarantine: (name: string, request: QuarantineRequest) => RecordResult
  readonly close: () => Promise<void>
}

/** @returns The directory, or an error about the options that never quotes the key. */
export function createClientDirectory(options: WorkerOptions): Result<ClientDirectory, string> {
  const opened = openWorker(options, MAX_PAGE_BYTES)
  if (!opened.ok) return opened
  const worker = opened.value
  return ok({
    list: async (slice) => {
      const schema = pageSchema(clientsPageSchema, ({ clients }) => clients, slice)
      const path = withQuery(ADMIN_CLIENTS_PATH, { ...slice })
      return valueOf(worker.get(path, schema, workerDeadline()))
    },
    get: async (name) =>
      valueOf(worker.get(adminClientPath(name), clientRecordSchema, workerDeadline())),
    put: async (name, request, { version, isDryRun }) =>
      valueOf(
        worker.send(
          {
            method: 'PUT',
            path: pathOf(name, isDryRun),
            body: JSON.stringify(request),
            idempotencyKey: randomUUID(),
            precondition: ifVersion(version),
          },
          clientRecordSchema,
          workerDeadline(),
        ),
      ),
    remove: async (name, { version, isDryRun }) =>
      valueOf(
        worker.send(
          { method: 'DELETE', path: pathOf(name, isDryRun), precondition: ifVersion(version) },
          clientRecordSchema,
          workerDeadline(),
        ),
      ),
    quarantine: async (name, request) =>
      valueOf(
        worker.post(
          {
            path: adminClientQuarantinePath(name),
            body: JSON.stringify(request),
            idempotencyKey: randomUUID(),
          },
          clientRecordSchema,
          workerDeadline(),
        ),
      ),
    close: async () => worker.close(),
  })
}

const pathOf = (name: string, isDryRun: boolean): string =>
  withQuery(adminClientPath(name), { dryRun: isDryRun ? 'true' : undefined })

const ifVersion = (version: number | undefined): Precondition =>
  version === undefined
    ? { header: IF_NONE_MATCH_HEADER, value: '*' }
    : { header: IF_MATCH_HEADER, value: versionTag(version) }
