import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  attribute,
  basicConstraints,
  generalName,
  ia5,
  type KeyPair,
  printable,
  seq,
  set,
  subjectAltName,
  tlv,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
/**
 * From a case in plain words to a certificate, through the worker's own functions.
 * @module
 */
import type { SignRequest } from '../../../shared/src/index.ts'
import { issueCertificate } from '../../../signer-worker/src/ca/issue.ts'
import { loadIssuingCa, loadIssuingKey } from '../../../signer-worker/src/ca/issuing-ca.ts'
import { newSerialNumber } from '../../../signer-worker/src/ca/serial.ts'
import type { IssuingCa, IssuingKey } from '../../../signer-worker/src/model/issuing-ca.ts'
import { evaluate } from '../../../signer-worker/src/policy/evaluate.ts'
import { compileClientPolicy } from '../../../signer-worker/src/policy/rules/client-policy.ts'
import { clientRulesSchema } from '../../../signer-worker/src/policy/rules/client-rules.ts'
import { profileSchema } from '../../../signer-worker/src/policy/rules/profile.ts'
import { type LimitedAuthority, toExtensions } from './authorities.ts'
import type { World, Case, ClientLists, RequestedCommonName, RequestedName } from './case.ts'
import { ADDRESSES } from './vocabulary.ts'

/** A certificate that was issued for a case. */
export interface IssuedCase {
  readonly der: Uint8Array
  /** The issuing CA, then each one above it, the root last. */
  readonly chain: readonly Uint8Array[]
  readonly key: KeyPair
}

/** The certificate; or the code of the first refusal, with its cause where that is a bug. */
export type Outcome =
  | { readonly issued: IssuedCase }
  | { readonly refused: string; readonly cause?: string }

/** The code of a certificate that the policy allows and the last look before signing does not. */
const INTERNAL_ERROR = 'internal_error'

const HOUR_SECONDS = 3600
const ORIGIN: SignRequest['origin'] = {
  kind: 'CommandLine',
  namespace: '',
  name: 'a',
  uid: 'a',
  username: '',
  groups: [],
}
/** `::ffff:0:0/96` (RFC 4291 §2.5.5.2). */
const IPV4_MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const

const EMAIL_OID = '1.2.840.113549.1.9.1'
const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9'

/** Lets the worker's functions decide about requests under the same rules; the time is epoch ms. */
export function signerOf(
  world: World,
  { authority }: LimitedAuthority,
): (of: Case, nowMs: number) => Outcome {
  const { ca, key: issuingKey } = load(authority)
  const profile = toProfile(world)
  const client = compileClientPolicy(toClientRules(world.client))
  return (of, nowMs) => {
    const key = aKey(of.keyType)
    const request = {
      csr: Buffer.from(toCsr(of, key)).toString('base64'),
      durationSeconds: HOUR_SECONDS,
      isCA: of.isCA,
      usages: [...of.usages],
      origin: ORIGIN,
    }
    const plan = evaluate({ request, profile, client, ca, nowMs })
    if (!plan.ok) return { refused: plan.error[0]?.code ?? 'nothing' }
    try {
      const signing = { key: issuingKey, serialNumber: newSerialNumber(1) }
      const der = issueCertificate(plan.value, ca, signing)
      return { issued: { der, chain: ca.certificates, key } }
    } catch (error) {
      return { refused: INTERNAL_ERROR, cause: String(error) }
    }
  }
}

interface Loaded {
  readonly ca: IssuingCa
  readonly key: IssuingKey
}

const loaded = new WeakMap<LimitedAuthority['authority'], Loaded>()

function load(authority: LimitedAuthority['authority']): Loaded {
  const known = loaded.get(authority)
  if (known !== undefined) return known
  const ca = loadIssuingCa(authority.chainPem)
  if (!ca.ok) throw new Error(ca.error.join('; '))
  const key = loadIssuingKey(ca.value, authority.key.privateKeyPem)
  if (!key.ok) throw new Error(key.error)
  const result = { ca: ca.value, key: key.value }
  loaded.set(authority, result)
  return result
}

const toProfile = ({
  profile: { pathLength, permittedFromClient, ...rest },
}: World): ReturnType<typeof profileSchema.parse> =>
  profileSchema.parse({
    ...rest,
    // The schema refuses options that contradict each other.
    ...(rest.isCA ? { pathLength, nameConstraints: { permittedFromClient } } : {}),
  })

function toClientRules(lists: ClientLists | undefined): ReturnType<typeof clientRulesSchema.parse> {
  if (lists === undefined) return {}
  const { dns, ip, email, uri, usages, isCA } = lists
  return clientRulesSchema.parse({
    allowed: {
      // What a common name may say is limited by the rules for names alone.
      commonName: { value: '*' },
      dnsNames: ruleOf(dns),
      ipAddresses: ruleOf(ip),
      emailAddresses: ruleOf(email),
      uris: ruleOf(uri),
      isCA,
      usages,
    },
  })
}

const ruleOf = (
  values: readonly string[] | undefined,
): { readonly values: readonly string[] } | undefined => values && { values }

function toCsr(of: Case, key: KeyPair): Uint8Array {
  const { commonNames, subjectEmails, names, constraints } = of
  const subject = seq(
    ...commonNames.map((text) => set(attribute('CN', toString(text)))),
    ...subjectEmails.map((text) => set(attribute(EMAIL_OID, ia5(text)))),
  )
  const extensions = [
    ...(names.length === 0 ? [] : [subjectAltName(...names.map(toGeneralName))]),
    ...(of.basicConstraints === undefined
      ? []
      : [basicConstraints(true, of.basicConstraints.pathLength)]),
    ...(constraints === undefined ? [] : toExtensions(constraints)),
  ]
  return makeCsr({ key, subject, ...(extensions.length === 0 ? {} : { extensions }) })
}

function toString({ text, encoding }: RequestedCommonName): Uint8Array {
  switch (encoding) {
    case 'utf8': {
      return utf8(text)
    }
    case 'printable': {
      return printable(text)
    }
    case 'ia5': {
      return ia5(text)
    }
    case 'teletex': {
      return tlv(0x14, Buffer.from(text, 'latin1'))
    }
    case 'bmp': {
      return tlv(0x1e, Buffer.from(text, 'utf16le').swap16())
    }
  }
}

function toGeneralName(name: RequestedName): Uint8Array {
  switch (name.kind) {
    case 'dns':
    case 'email':
    case 'uri': {
      return generalName[name.kind](name.value)
    }
    case 'utf8Mailbox': {
      return generalName.other(SMTP_UTF8_MAILBOX, utf8(name.value))
    }
    case 'ip': {
      const octets = ADDRESSES[name.address]
      const isMapped = name.isMapped && octets.length === 4
      return generalName.ip(...(isMapped ? IPV4_MAPPED_PREFIX : []), ...octets)
    }
  }
}
