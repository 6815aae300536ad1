/**
 * Node's X509Certificate as a checker.
 * @module
 */
import { createHash, X509Certificate } from 'node:crypto'
import type { Exhibit, Facts, NameFacts, Verdict } from './facts.ts'
import { ATTRIBUTE_OIDS, nameFact, unescapeValue } from './words.ts'

/** Whether it can be read, is signed by the next one of its chain and valid, and what it says. */
export function askNode(exhibit: Exhibit): Verdict {
  try {
    return check(new X509Certificate(exhibit.der), exhibit)
  } catch (error) {
    return { faults: [`cannot be read: ${String(error)}`], facts: {} }
  }
}

function check(certificate: X509Certificate, { chain, atSeconds }: Exhibit): Verdict {
  const [issuer = certificate] = chain.map((each) => new X509Certificate(each))
  return {
    faults: [
      ...(certificate.checkIssued(issuer) ? [] : ['was not issued by its issuer']),
      ...(certificate.verify(issuer.publicKey) ? [] : ['is not signed by its issuer']),
      ...(isValidAt(certificate, atSeconds) ? [] : ['is not valid at its time']),
    ],
    facts: factsOf(certificate),
  }
}

function isValidAt({ validFromDate, validToDate }: X509Certificate, atSeconds: number): boolean {
  const atMs = atSeconds * 1000
  return validFromDate.getTime() <= atMs && atMs <= validToDate.getTime()
}

/** Node tells no keyUsage; what it calls so is extKeyUsage. */
function factsOf(certificate: X509Certificate): Partial<Facts> {
  const spki = certificate.publicKey.export({ format: 'der', type: 'spki' })
  return {
    serialNumber: certificate.serialNumber.toLowerCase(),
    notBeforeSeconds: certificate.validFromDate.getTime() / 1000,
    notAfterSeconds: certificate.validToDate.getTime() / 1000,
    issuer: readName(certificate.issuer),
    subject: readName(certificate.subject),
    names: readNames(certificate.subjectAltName),
    extKeyUsage: extKeyUsage(certificate),
    isCA: certificate.ca,
    spkiSha256: createHash('sha256').update(spki).digest('hex'),
  }
}

/** `undefined` without extKeyUsage, though the types say otherwise. */
const extKeyUsage = ({ keyUsage }: { readonly keyUsage?: string[] }): readonly string[] =>
  keyUsage ?? []

/** A line for each RDN, ` + ` between the attributes of one; undefined when it is empty. */
const readName = (text: string | undefined): NameFacts =>
  text === undefined || text === ''
    ? []
    : text.split('\n').map((rdn) =>
        rdn.split(/ \+ (?=[A-Za-z0-9.]+=)/).map((attribute) => {
          const [, type = '', value = ''] = /^([^=]*)=(.*)$/s.exec(attribute) ?? []
          return `${ATTRIBUTE_OIDS[type] ?? type}=${unescapeValue(value)}`
        }),
      )

/** Commas stand between names only: inside of one they are escapes, and the name is in quotes. */
const readNames = (text: string | undefined): readonly string[] =>
  text === undefined
    ? []
    : text
        .split(', ')
        .map((name) => {
          const [, kind = '', value = ''] = /^([^:]*):(.*)$/s.exec(name) ?? []
          return nameFact(kind, value.startsWith('"') ? String(JSON.parse(value)) : value)
        })
        .toSorted()
