import type { ClientKey, Issuer, SignerConfig } from '@edge-issuer/signer-worker/config'
import { formatDuration } from '../duration.ts'

/** A configuration for people: issuers and when they end, profiles, clients and their keys. */
export function describeConfig({ publicUrl, issuers, profiles, clientKeys }: SignerConfig): string {
  return [
    `url       ${publicUrl.origin}${publicUrl.prefix}`,
    ...[...issuers.values()].flatMap(describeIssuer),
    ...[...profiles].map(
      ([name, { isCA, maxDurationSeconds }]) =>
        `profile   ${name}: at most ${formatDuration(maxDurationSeconds)}${isCA ? ', CA certificates too' : ''}`,
    ),
    ...[...clientKeys.values()].map(describeKey),
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

function describeKey({ client, keyId, notBeforeMs, notAfterMs }: ClientKey): string {
  const from = notBeforeMs === -Infinity ? '' : `, from ${textOf(notBeforeMs)}`
  const until = notAfterMs === Infinity ? '' : `, until ${textOf(notAfterMs)}`
  const { name, issuers, profiles } = client
  return `client    ${name}: key ${keyId}${from}${until}; issuers ${issuers.join(', ')}; profiles ${profiles.join(', ')}`
}

const textOf = (timeMs: number): string => new Date(timeMs).toISOString()
