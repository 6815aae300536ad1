import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  attribute,
  type Authority,
  basicConstraints,
  bmp,
  constructed,
  extension,
  extKeyUsage,
  generalName,
  ia5,
  keyUsage,
  numeric,
  printable,
  seq,
  set,
  subjectAltName,
  teletex,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
/**
 * From a request in plain words to a certification request, and through the worker's own functions to a
 * certificate.
 * @module
 */
import type { SignRequest } from '../../../shared/src/index.ts'
import { issueCertificate } from '../../../signer-worker/src/ca/issue.ts'
import { loadIssuingCa, loadIssuingKey } from '../../../signer-worker/src/ca/issuing-ca.ts'
import { newSerialNumber } from '../../../signer-worker/src/ca/serial.ts'
import type { IssuingCa, IssuingKey } from '../../../signer-worker/src/model/issuing-ca.ts'
import { evaluate } from '../../../signer-worker/src/policy/evaluate.ts'
import { compileClientPolicy } from '../../../signer-worker/src/policy/rules/client-policy.ts'
import type { Exhibit } from '../checkers/facts.ts'
import type { Asked, AskedAttribute, AskedInCsr, AskedName, AskedSubject } from './asked.ts'
import { meaningOf } from './usages.ts'

/** A certificate, ready for the checkers. */
export interface Issued extends Exhibit {
  /** Lower-case hexadecimal. */
  readonly serialNumber: string
}

/**
 * Lets the worker's functions check the request and issue the certificate.
 * @throws Error with every refusal
 */
export function issue(asked: Asked): Issued {
  const { ca, key } = load(asked.issuer.authority)
  const plan = evaluate({
    request: toSignRequest(asked),
    profile: asked.profile.profile,
    client: compileClientPolicy({}),
    ca,
    nowMs: asked.nowMs,
  })
  if (!plan.ok) throw new Error(plan.error.map(({ detail }) => detail).join('; '))
  const serialNumber = newSerialNumber(1)
  return {
    der: issueCertificate(plan.value, ca, { key, serialNumber }),
    chain: ca.certificates,
    atSeconds: Math.floor(asked.nowMs / 1000),
    serialNumber: Buffer.from(serialNumber).toString('hex'),
  }
}

interface Loaded {
  readonly ca: IssuingCa
  readonly key: IssuingKey
}

const loaded = new WeakMap<Authority, Loaded>()

function load(authority: Authority): Loaded {
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

const toSignRequest = (asked: Asked): SignRequest => ({
  csr: Buffer.from(toCsr(asked)).toString('base64'),
  durationSeconds: asked.durationSeconds,
  isCA: asked.isCA,
  usages: [...asked.usages],
  origin: { kind: 'CommandLine', namespace: '', name: 'a', uid: 'a', username: '', groups: [] },
})

function toCsr(asked: Asked): Uint8Array {
  const { key, subject } = asked
  const extensions = toExtensions(asked)
  // A list of extensions has at least one.
  const attributes = extensions.length === 0 ? { attributes: [] } : { extensions }
  return makeCsr({ key, subject: toName(subject), ...attributes })
}

/** Name in DER. */
const toName = (subject: AskedSubject): Uint8Array =>
  seq(...subject.map((rdn) => set(...inDerOrder(rdn).map(toAttribute))))

/** The attributes of one RDN as DER sorts them (X.690 §11.6). */
export const inDerOrder = (rdn: readonly AskedAttribute[]): readonly AskedAttribute[] =>
  rdn.toSorted((one, other) => Buffer.compare(toAttribute(one), toAttribute(other)))

const STRINGS = { utf8, printable, ia5, teletex, bmp, numeric } as const

const toAttribute = ({ type, value, encoding }: AskedAttribute): Uint8Array =>
  attribute(type, STRINGS[encoding](value))

function toExtensions({ names, usages, isCA, inCsr }: Asked): readonly Uint8Array[] {
  const { bits, oids } = meaningOf(usages)
  return [
    ...(names.length > 0 ? [subjectAltName(...names.map(toGeneralName))] : []),
    ...(inCsr.hasUsages && bits.length > 0 ? [keyUsage(...bits)] : []),
    ...(inCsr.hasUsages && oids.length > 0 ? [extKeyUsage(...oids)] : []),
    ...(inCsr.hasBasicConstraints ? [basicConstraints(isCA)] : []),
    ...(inCsr.constrainedTo.length > 0 ? [nameConstraints(inCsr)] : []),
  ]
}

/** Permits domains; critical or not, as it is asked for. */
const nameConstraints = ({ constrainedTo, areConstraintsCritical }: AskedInCsr): Uint8Array => {
  const subtrees = constrainedTo.map((domain) => seq(generalName.dns(domain)))
  return extension('2.5.29.30', seq(constructed(0, ...subtrees)), {
    critical: areConstraintsCritical,
  })
}

function toGeneralName(name: AskedName): Uint8Array {
  switch (name.kind) {
    case 'ip': {
      return generalName.ip(...name.bytes)
    }
    case 'otherName': {
      return generalName.other(name.typeId, utf8(name.value))
    }
    case 'dns':
    case 'uri':
    case 'email': {
      return generalName[name.kind](name.value)
    }
  }
}
