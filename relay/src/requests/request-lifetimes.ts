import type { Issuer } from '../api/issuer.ts'
import { longestLifetimeMs } from '../core/ca-expiry.ts'
import { issuerRefOf } from '../core/issuer-ref.ts'
import type { RequestReader } from './request-reader.ts'

/** The lifetimes that the requests of an issuer ask for. */
export class RequestLifetimes {
  readonly #readers: readonly Pick<RequestReader<never>, 'lifetimesMs'>[]

  /** @param readers - One for each kind of request. */
  constructor(readers: readonly Pick<RequestReader<never>, 'lifetimesMs'>[]) {
    this.#readers = readers
  }

  /** @returns The longest lifetime to expect for a certificate of this issuer, in milliseconds. */
  longestMs(issuer: Issuer): number {
    const ref = issuerRefOf(issuer)
    return longestLifetimeMs(this.#readers.flatMap((reader) => reader.lifetimesMs(ref)))
  }
}
