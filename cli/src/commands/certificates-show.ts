import { err, ok, type CertificateDetail } from '@edge-issuer/shared'
import { LEDGER_FILTERS, SERIAL } from '../certificates/filters.ts'
import { defineCommand } from '../command-line/define-command.ts'
import { operand, toggle } from '../command-line/parameters.ts'
import { printable } from '../terminal/printable.ts'
import { ADMIN_EXITS, ADMIN_PARAMETERS, askAdmin, JSON_SWITCH } from '../worker/connect-admin.ts'

/** `edge-issuer certificates show`. */
export const certificatesShow = defineCommand({
  description: `
Shows one certificate that the worker has issued, with requested values that it does not contain
("ignored") and with values that verifiers may reject ("warning"). With the role admin it includes the
requester. With --pem it prints only the chain: the leaf, then each intermediate, without the root.`,
  parameters: {
    serial: operand(SERIAL, 'serial number in hexadecimal, in any case, with or without colons'),
    ...ADMIN_PARAMETERS,
    ...LEDGER_FILTERS,
    pem: toggle('print the chain (PEM)'),
    json: JSON_SWITCH,
  },
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer certificates show 5b:0f:12:... --url https://ca.example.com --key alice.admin.key',
    'edge-issuer certificates show 5b0f12... --url https://ca.example.com --key alice.admin.key --pem | openssl x509 -text',
  ],
  run: async (values, io) => {
    const { serial, pem: isPem, json: isJson } = values
    if (isPem && isJson) return err({ exit: 'usage', message: '--pem excludes --json; choose one' })
    const answer = await askAdmin(values, async (admin) => admin.certificate(serial, values), io)
    if (!answer.ok) return answer
    const certificate = answer.value
    if (isJson) io.stdout(`${JSON.stringify(certificate, null, 2)}\n`)
    else io.stdout(isPem ? certificate.chain : describe(certificate))
    return ok(undefined)
  },
})

/** Lines about the requester; none for the role read. */
function requesterLines({ requester }: CertificateDetail): readonly (readonly [string, string])[] {
  if (requester === undefined) return []
  const { kind, namespace, name, username, groups = [] } = requester
  return [
    ['request', `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`],
    ['requester', username],
    ...groups.map((group) => ['group', group] as const),
  ]
}

function describe(certificate: CertificateDetail): string {
  const { notBefore, notAfter, clamped, subjectAltNames } = certificate
  const limit = clamped === null ? '' : `, limited by the ${clamped}`
  const lines: readonly (readonly [string, string])[] = [
    ['serial', certificate.serialNumber],
    ['subject', certificate.subject],
    ...subjectAltNames.map((name) => ['name', name] as const),
    ['valid', `${notBefore} to ${notAfter}${limit}`],
    ['issued', certificate.issuedAt],
    ['issuer', certificate.issuer],
    ['client', certificate.client],
    ['profile', certificate.profile],
    ['uid', certificate.uid],
    ...requesterLines(certificate),
    ...certificate.ignored.map((notice) => ['ignored', notice] as const),
    ...certificate.warnings.map((notice) => ['warning', notice] as const),
  ]
  return lines.map(([label, value]) => `${label.padEnd(10)}${printable(value)}\n`).join('')
}
