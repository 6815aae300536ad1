import type { Admin, Issuer, RegisteredKey, SignerConfig } from '@edge-issuer/signer-worker/config'
import { formatDuration } from '../command-line/duration.ts'

/** Summarizes a configuration: issuers with their expiry, profiles, and admins with their keys. */
export function describeConfig(config: SignerConfig): string {
  const { publicUrl, issuers, profiles, adminKeys } = config
  return [
    `url       ${publicUrl.origin}${publicUrl.prefix}`,
    ...[...issuers.values()].flatMap(describeIssuer),
    ...[...profiles].map(
      ([name, { isCA, maxDurationSeconds }]) =>
        `profile   ${name}: at most ${formatDuration(maxDurationSeconds)}${isCA ? ', CA certificates too' : ''}`,
    ),
    ...[...adminKeys.values()].map(describeAdminKey),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

const describeIssuer = ({ name, authorities, profiles }: Issuer): readonly string[] => [
  `issuer    ${name}: profiles ${profiles.join(', ')}`,
  ...authorities.map(
    ({ ca, state }) =>
      `  ${state.padEnd(8)}${ca.subjectText}, until ${textOf(ca.notAfterMs)}, SHA-256 ${ca.sha256}`,
  ),
]

const describeAdminKey = (key: RegisteredKey<Admin>): string =>
  `admin     ${key.holder.name}: ${describeKey(key)}; role ${key.holder.role}`

function describeKey({ keyId, notBeforeMs, notAfterMs }: RegisteredKey<unknown>): string {
  const from = notBeforeMs === -Infinity ? '' : `, from ${textOf(notBeforeMs)}`
  const until = notAfterMs === Infinity ? '' : `, until ${textOf(notAfterMs)}`
  return `key ${keyId}${from}${until}`
}

const textOf = (timeMs: number): string => new Date(timeMs).toISOString()
