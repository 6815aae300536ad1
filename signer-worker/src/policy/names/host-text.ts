/**
 * Text that a program may take for a host name or an IP address, in whatever spelling. Verifiers compare
 * such text with the host that a URL parser gave them, so what a URL parser makes of it counts.
 *
 * @module
 */
import { type GeneralName, IPV6_BYTES } from '@edge-issuer/shared/x509'

/** What a host in a certificate may be spelled with, besides letters of other scripts. */
const HOST_CHARACTERS = /^(?:[A-Za-z0-9\-_.*]|[^\p{ASCII}\s])+$/u

/** A last label that URL parsers take for a part of an IPv4 address (WHATWG URL, "ends in a number"). */
const NUMBER_LABEL = /(?:^|\.)(?:\d+|0[xX][0-9A-Fa-f]*)$/

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/

/** An IPv6 address in brackets, or nothing that would end the host of a URL, or be unescaped in it. */
const WHOLE_HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s\p{Cc}/?#@\\:[\]%]+)$/u

/** @returns The host as a URL parser writes it: lower case, A-labels; `undefined` for none. */
export function canonicalHost(host: string): string | undefined {
  if (!WHOLE_HOST.test(host)) return undefined
  const url = `http://${host}/`
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

/** Whether URL parsers take a host for an IPv4 address, or refuse it as a malformed one. */
export const readsAsNumber = (host: string): boolean => NUMBER_LABEL.test(host)

/**
 * @returns The name or address that a verifier may compare with a host, wildcards included; `undefined`
 *   for text that is no host in any spelling, such as a person's name with a space.
 */
export function hostOf(text: string): GeneralName | undefined {
  const trimmed = text.trim().replace(/[.\u3002\uff0e\uff61]+$/u, '')
  const address = ipv6Of(trimmed)
  if (address !== undefined) return { kind: 'ip', bytes: address }
  if (!HOST_CHARACTERS.test(trimmed)) return undefined
  const isPlain = !/[^ -~]/.test(trimmed) && !readsAsNumber(trimmed)
  const host = isPlain ? undefined : canonicalHost(trimmed)
  return host !== undefined && IPV4.test(host)
    ? { kind: 'ip', bytes: Uint8Array.from(host.split('.'), Number) }
    : { kind: 'dns', value: host ?? trimmed.toLowerCase() }
}

const groupsOf = (part: string): readonly string[] => (part === '' ? [] : part.split(':'))

/** An IPv6 address in brackets or without, without its zone. */
function ipv6Of(text: string): Uint8Array | undefined {
  if (!text.includes(':')) return undefined
  const address = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '')
  // A URL parser writes RFC 5952: groups of hexadecimal digits, an IPv4 tail included.
  const canonical = canonicalHost(`[${address}]`)?.slice(1, -1)
  if (canonical === undefined) return undefined
  const [head = '', tail] = canonical.split('::')
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')]
  const bytes = new Uint8Array(IPV6_BYTES)
  const write = (groups: readonly string[], at: number): void => {
    for (const [index, group] of groups.entries()) {
      const value = Number.parseInt(group, 16)
      bytes.set([value >> 8, value & 0xff], at + 2 * index)
    }
  }
  write(before, 0)
  write(after, IPV6_BYTES - 2 * after.length)
  return bytes
}
