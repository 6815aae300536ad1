/**
 * Requests to an index and its answers: plain data that can cross to the Durable Object.
 *
 * @module
 */
import type { CertificateSummary } from '@edge-issuer/shared'
import type { CertificateFilter } from '../storage/certificate-filter.ts'

/** One certificate, as a ledger sends it. */
export interface SentCertificate {
  /** Its place in the ledger. */
  readonly seq: number
  readonly serial: Uint8Array
  readonly uid: string
  readonly profile: string
  /** RFC 4514. */
  readonly subject: string
  /** As certificates show them: `DNS:a.example`. */
  readonly subjectAltNames: readonly string[]
  /** Each by itself: the subject's text can hold several. */
  readonly commonNames: readonly string[]
  readonly notBeforeSeconds: number
  readonly notAfterSeconds: number
  readonly issuedAtMs: number
  /** Who asked; groups are in the ledger only. */
  readonly requester: NonNullable<CertificateSummary['requester']>
  /** Certificates of one lineage and one client renew each other. */
  readonly lineage: string
}

/** What a ledger counts. */
export interface SentCounters {
  readonly replayed: number
  /** By code. */
  readonly refused: Readonly<Record<string, number>>
  /** Size of the ledger's database. */
  readonly databaseBytes: number
}

/** Which ledger sends. */
export interface SendingLedger {
  /** Its number in the directory. */
  readonly number: number
  /** Name of the client. */
  readonly client: string
  readonly shard: number
}

/** What a ledger sends at once. */
export interface IndexBatch {
  readonly ledger: SendingLedger
  /** The last `seq` that the index acknowledged, as far as the ledger knows. */
  readonly after: number
  /** What comes next in the order of `seq`: all but archived ones. */
  readonly certificates: readonly SentCertificate[]
  /** Up to when the ledger has sent everything when this batch has arrived, epoch ms. */
  readonly throughMs: number
  /** Whether the ledger has more to send. */
  readonly hasMore: boolean
  readonly counters: SentCounters
  /** When the client last sent a request that came to this ledger, epoch ms; `undefined` when it is not known. */
  readonly lastSeenMs: number | undefined
}

/** Which page of an index. */
export interface IndexQuery {
  /** Name of the client; all when undefined. */
  readonly client: string | undefined
  readonly filter: CertificateFilter
  /** Place of the last certificate of the page before; `undefined` for the first page. */
  readonly after: IndexPlace | undefined
  readonly limit: number
}

/** The place of one certificate in an index. */
export interface IndexPlace {
  readonly ledger: number
  readonly seq: number
}

/** A certificate of an index, without the issuer that it belongs to. */
export type IndexedCertificate = Omit<CertificateSummary, 'issuer' | 'requester'> &
  Pick<SentCertificate, 'requester'> & {
    /** The number of its ledger. */
    readonly ledger: number
  }

/** One page of an index. */
export interface IndexPage {
  readonly items: readonly IndexedCertificate[]
  /** `undefined` when nothing follows. */
  readonly next: IndexPlace | undefined
  /** Up to when the index is complete, as far as the ledgers have reported, epoch ms. */
  readonly throughMs: number
}

/** What clients of one issuer did. */
export interface ClientCounters {
  /** `undefined` for all clients together. */
  readonly client: string | undefined
  readonly issued: number
  readonly replayed: number
  /** By code. */
  readonly refused: Readonly<Record<string, number>>
}

/** What an index counts. */
export interface IndexCounters {
  readonly ledgers: number
  /** Size of the largest ledger's database. */
  readonly largestLedgerBytes: number
  /** Size of the index's own database. */
  readonly databaseBytes: number
  /** As {@link IndexPage.throughMs}. */
  readonly throughMs: number
  readonly groups: readonly ClientCounters[]
}

/** What a client did under one issuer. */
export interface IssuerActivity {
  /** The last request that came to a ledger, epoch ms; `null` when none was reported. */
  readonly lastSeenMs: number | null
  /** Certificates of the last 24 hours, in whole hours. */
  readonly issuedInDay: number
  /** The same of the last 7 days. */
  readonly issuedInWeek: number
  /** Ever, by code. */
  readonly refused: Readonly<Record<string, number>>
  /** The first end of a certificate that is valid and not renewed; `null` when there is none. */
  readonly soonestExpirySeconds: number | null
}
