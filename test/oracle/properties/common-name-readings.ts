/**
 * Which hosts any verifier reads in a common name, when the certificate has no dNSName: more than each
 * of them does. curl drops trailing dots and compares addresses as text; Java lets `*` stand for any
 * part of any label; Node and OpenSSL let it be a part of the first one.
 * @module
 */

/** Whether some verifier takes a certificate with this common name for the host. */
export function readsAsHost(commonName: string, host: string): boolean {
  const text = withoutTrailingDots(commonName)
  if (text === host) return true
  const labels = text.split('.')
  const wanted = host.split('.')
  return (
    text.includes('*') &&
    labels.length === wanted.length &&
    labels.every((label, index) => {
      const parts = label.split('*').map((part) => part.replaceAll(/[^\w]/g, String.raw`\$&`))
      return new RegExp(`^${parts.join('.*')}$`).test(wanted[index] ?? '')
    })
  )
}

/** Whether some verifier takes a certificate with this common name for the address. */
export const readsAsAddress = (commonName: string, address: string): boolean =>
  withoutTrailingDots(commonName) === address

const withoutTrailingDots = (text: string): string => text.replace(/\.+$/, '').toLowerCase()
