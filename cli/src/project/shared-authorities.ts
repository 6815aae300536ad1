/**
 * Whether environments of a project have a CA in common, whose certificates are then valid for both.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'
import { type Findings, NOTHING, warning } from './findings.ts'

const documentSchema = z.object({
  issuers: z.record(
    z.string(),
    z.object({ authorities: z.array(z.object({ chain: z.string() })) }).catch({ authorities: [] }),
  ),
})

const CERTIFICATE = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g

/** @param one - Absolute path of a configuration. @param other - That of another environment. */
export function checkSharedAuthorities(one: string, other: string): Findings {
  if (one === other) return NOTHING
  const certificates = certificatesIn(one)
  if (![...certificatesIn(other)].some((certificate) => certificates.has(certificate))) {
    return NOTHING
  }
  const [first, second] = [one, other].map((path) => basename(path)).toSorted()
  return warning(
    `${String(first)} and ${String(second)} have a CA certificate in common: a certificate of one environment is valid where those of the other one are trusted; create a CA for each with "edge-issuer ca init"`,
  )
}

function certificatesIn(path: string): ReadonlySet<string> {
  if (!existsSync(path)) return new Set()
  const { data } = documentSchema.safeParse(parseJson(readFileSync(path, 'utf8')))
  const chains = Object.values(data?.issuers ?? {}).flatMap(({ authorities }) =>
    authorities.map(({ chain }) => chain),
  )
  return new Set(
    chains.flatMap((chain) =>
      Array.from(chain.matchAll(CERTIFICATE), ([, body = '']) => body.replaceAll(/\s/g, '')),
    ),
  )
}
