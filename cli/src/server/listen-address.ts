import { isIP } from 'node:net'
import { err, ok } from '@edge-issuer/shared'
import type { ValueType } from '../command-line/parameters.ts'

/** Where a server listens. */
export interface ListenAddress {
  /** An IP address; every address of the machine when absent. */
  readonly host: string | undefined
  readonly port: number
}

const MAX_PORT = 65_535

/** `8443`, `:8443`, `127.0.0.1:8443` or `[::1]:8443`. */
export const LISTEN_ADDRESS: ValueType<ListenAddress> = {
  placeholder: '[HOST:]PORT',
  parse: (given) => {
    const [, bracketed, plain, digits = ''] =
      /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(given) ?? []
    const port = Number(digits)
    if (digits === '' || port < 1 || port > MAX_PORT) {
      return err(
        `invalid address "${given}"; expected [HOST:]PORT with a port from 1 to ${String(MAX_PORT)}, such as 8443, 127.0.0.1:8443 or [::1]:8443`,
      )
    }
    const host = bracketed ?? (plain === '' ? undefined : plain)
    if (host !== undefined && isIP(host) !== (bracketed === undefined ? 4 : 6)) {
      return err(
        `invalid address "${given}"; the host must be an IP address, an IPv6 address in brackets`,
      )
    }
    return ok({ host, port })
  },
}

/** @returns The address as it is written in a URL. */
export function addressText({ host, port }: ListenAddress): string {
  if (host === undefined) return `port ${String(port)}`
  return isIP(host) === 6 ? `[${host}]:${String(port)}` : `${host}:${String(port)}`
}

/** Whether only programs of this machine reach the address. */
export const isLoopback = ({ host }: ListenAddress): boolean =>
  host === '::1' || (host !== undefined && host.startsWith('127.'))
