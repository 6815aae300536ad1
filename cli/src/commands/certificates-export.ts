import { type CertificatesQuery, err, ok, type Result } from '@edge-issuer/shared'
import { CERTIFICATE_FILTERS, certificatesQuery } from '../certificates/filters.ts'
import { openResumableFile, outputSink, type Sink } from '../certificates/resumable-file.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { optional, type Values } from '../command-line/parameters.ts'
import { FILE } from '../command-line/value-types.ts'
import type { Io } from '../terminal/io.ts'
import { startProgress } from '../terminal/progress.ts'
import type { AdminClient } from '../worker/admin-client.ts'
import { ADMIN_EXITS, ADMIN_PARAMETERS, withAdmin } from '../worker/connect-admin.ts'
import { PAGE_PARAMETERS, readPages } from '../worker/pages.ts'
import { reportError } from '../worker/report-error.ts'

const parameters = {
  ...ADMIN_PARAMETERS,
  ...CERTIFICATE_FILTERS,
  ...PAGE_PARAMETERS,
  out: optional(FILE, 'file to write instead of printing; never overwritten'),
}

/** `edge-issuer certificates export`. */
export const certificatesExport = defineCommand({
  description: `
Exports the full record of every certificate, one JSON object per line (NDJSON): the chain, the
requester in Kubernetes, and the evidence, which is the request that the client signed. Requires the
role admin.

With --out the file is named FILE.partial until it is complete. If the export is interrupted, the
partial file is kept and the error contains a cursor: the same command with --after CURSOR appends
the rest. For exports by time without gaps and overlaps, end one with --issued-before TIME and begin
the next with --issued-after and the same time.`,
  parameters,
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer certificates export --url https://ca.example.com --key alice.admin.key --out ledger.ndjson',
    'edge-issuer certificates export --url https://ca.example.com --key alice.admin.key --issued-after 2026-11-01 --issued-before 2026-12-01 > november.ndjson',
  ],
  run: async (values, io) => {
    const { out, after } = values
    const query = certificatesQuery(values, io.nowMs())
    if (!query.ok) return query
    return withAdmin(
      values,
      async (admin) => {
        const sink =
          out === undefined
            ? ok(outputSink(io))
            : await openResumableFile(out, { isContinued: after !== undefined }, io)
        if (!sink.ok) return failed(sink.error)
        const copied = await copyRecords(
          admin,
          { sink: sink.value, values, query: query.value },
          io,
        )
        if (!copied.ok) return copied
        const { records, next } = copied.value
        const file = out === undefined ? '' : ` in "${out}"`
        const more =
          next === null ? '' : `; there may be more records: continue with --after ${next}`
        io.stderr(`exported ${count(records)}${file}${more}\n`)
        return ok(undefined)
      },
      io,
    )
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

const count = (records: number): string => `${String(records)} record${records === 1 ? '' : 's'}`

interface CopyResult {
  readonly records: number
  /** Cursor of the next page, if the limit was reached. */
  readonly next: string | null
}

interface CopyOptions {
  readonly sink: Sink
  readonly values: Values<typeof parameters>
  readonly query: CertificatesQuery
}

/** Copies all pages from the worker to the sink, and closes the sink. */
async function copyRecords(
  { records: readRecords }: AdminClient,
  { sink, values, query }: CopyOptions,
  io: Io,
): Promise<Result<CopyResult, Failure>> {
  const progress = startProgress(io)
  let copied: CopyResult = { records: 0, next: values.after ?? null }
  for await (const page of readPages(
    async (slice) => readRecords({ ...query, ...slice }),
    values,
  )) {
    if (!page.ok) {
      progress.clear()
      const { exit, message } = reportError(
        page.error,
        { key: 'admin', isJson: false, facts: {} },
        io,
      )
      return err({ exit, message: `${message}${remains(copied, await sink.leave())}` })
    }
    const { items, next } = page.value
    const written = await sink.write(items.map((item) => `${JSON.stringify(item)}\n`).join(''))
    if (!written.ok) {
      progress.clear()
      await sink.leave()
      return failed(written.error)
    }
    copied = { records: copied.records + items.length, next }
    progress.show(count(copied.records))
  }
  progress.clear()
  const finished = await sink.finish()
  return finished.ok ? ok(copied) : failed(finished.error)
}

/** Describes what an interrupted export has written, and how to continue it. */
function remains({ records, next }: CopyResult, partial: string | undefined): string {
  if (next === null) return ''
  const file = partial === undefined ? '' : ` to "${partial}"`
  return `; exported ${count(records)}${file} before the error: continue with the same command and --after ${next}`
}
