/**
 * The limits of Cloudflare's plans, and what the worker uses of them.
 *
 * @module
 */
import {
  BYTES_PER_CERTIFICATE,
  CHECKS_PER_HOUR,
  count,
  DAY_HOURS,
  OBJECT_REQUESTS_PER_CERTIFICATE,
  PRICES,
  ROWS_PER_CERTIFICATE,
  significant,
} from './cost-model.ts'
import { table } from './tables.ts'

/** Of Workers Free: amounts a day, and the storage of all objects. */
const FREE = {
  requests: 100_000,
  objectRequests: 100_000,
  rowsWritten: 100_000,
  gigabytes: 5,
} as const

const rowsPerCertificate =
  ROWS_PER_CERTIFICATE.ledger + ROWS_PER_CERTIFICATE.sent + ROWS_PER_CERTIFICATE.index

const aDay = (amount: number): string => `${amount.toLocaleString('en-US')} a day`
const aMonth = ({ included }: { readonly included: number }): string =>
  `${count(included)} a month, then metered`

/** `npm run bench -- worker` on one core (Zen 1), in milliseconds. */
const CPU =
  'of one certificate, by the CA key, measured in workerd: 0.5 ms with P-256 (the default) and Ed25519, 2 ms with P-384 and RSA-2048, 4 to 5 ms with RSA-3072 and P-521, 8 ms with RSA-4096'

/** @returns The table, with how far Free reaches by each limit alone. */
export function planLimits(): string {
  const checksPerDay = CHECKS_PER_HOUR * DAY_HOURS
  const issuers = Math.floor(FREE.objectRequests / checksPerDay)
  const certificates = count(Math.floor(FREE.rowsWritten / rowsPerCertificate))
  const stored = count(Math.floor((FREE.gigabytes * 1e9) / BYTES_PER_CERTIFICATE))
  return table(
    ['limit', 'Free', 'Paid', 'here'],
    [
      [
        'requests',
        aDay(FREE.requests),
        aMonth(PRICES.requests),
        '1 for a certificate, 1 for each health check of an issuer, once a minute',
      ],
      [
        'Durable Object requests',
        aDay(FREE.objectRequests),
        aMonth(PRICES.objectRequests),
        `${String(OBJECT_REQUESTS_PER_CERTIFICATE)} for a certificate, 1 for each health check: Free is enough for ${String(issuers)} issuers`,
      ],
      [
        'SQLite rows written',
        aDay(FREE.rowsWritten),
        aMonth(PRICES.rowsWritten),
        `${String(rowsPerCertificate)} for a certificate: Free is enough for ${certificates} certificates a day`,
      ],
      [
        'duration of Durable Objects',
        '13,000 GB-s a day',
        '400,000 GB-s a month, then metered',
        'at most 10,800 a day for an object that is always awake, as the directory can be; others sleep between certificates',
      ],
      [
        'storage of all objects',
        `${String(FREE.gigabytes)} GB`,
        'metered',
        `${significant(BYTES_PER_CERTIFICATE / 1000)} KB for a certificate, in its ledger and in the index: Free is enough for ${stored}`,
      ],
      [
        'storage of one object',
        '10 GB',
        '10 GB',
        '`shards` of a client spread its certificates over several',
      ],
      ['CPU of one request', '10 ms', '30 s, or as set', CPU],
      [
        'subrequests of one request',
        '50',
        '10,000',
        '2 for a certificate; for a list 1, and 1 for each issuer; 1 for each ledger for an export, `certificates metrics`, and a list with `--direct`',
      ],
    ],
  )
}
