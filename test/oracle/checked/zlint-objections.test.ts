import { aKey } from '@edge-issuer/testbed/pki/x509'
/**
 * What zlint objects to and the worker issues all the same, because it is asked for every day: generated
 * requests leave it out. A version of zlint that thinks otherwise shows here.
 */
import { it } from 'vitest'
import { askGo, lintErrors } from '../checkers/go-checker.ts'
import { askOpenssl } from '../checkers/openssl-checker.ts'
import { issue } from '../generate/encode.ts'
import { makeIssuer } from '../generate/issuers.ts'
import { plainRequest } from '../generate/plain.ts'

const issuer = makeIssuer({ label: 'Any', key: 'P-256' })

it.for([
  [
    // RFC 5280 §4.2.1.12 wants a purpose that goes with both extensions, and there is one: client
    // authentication by signature. zlint wants no bit beyond. Kubernetes and cert-manager ask for both.
    'keyEncipherment for a client with an RSA key',
    {
      key: aKey('RSA-2048'),
      usages: ['digital signature', 'key encipherment', 'client auth'],
    },
    'e_key_usage_and_extended_key_usage_inconsistent',
  ],
  [
    // RFC 3986 §3: without two slashes there is no authority, and nothing to be qualified.
    'a URI with a path and no authority',
    { names: [{ kind: 'uri', value: 'file:/a' }] },
    'e_ext_san_uri_host_not_fqdn_or_ip',
  ],
] as const)('%s', async ([, changes, objection], { expect }) => {
  const issued = issue(plainRequest(issuer, changes))
  const [[openssl], [go]] = await Promise.all([askOpenssl([issued]), askGo([issued])])
  expect(openssl?.faults).toEqual([])
  expect(go?.faults).toEqual([])
  expect(go && lintErrors(go)).toEqual([objection])
})
