/**
 * Recognizes what a file contains instead of a PKCS#8 private key, and suggests a command to convert it. Messages
 * quote nothing of the file except PEM labels.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer'
import { parse } from 'node:path'
import { derKind, pemKind } from '../files/file-kind.ts'
import { parseJson } from '../files/parse-json.ts'
import { shellWord } from '../terminal/shell-word.ts'

/** First byte of DER: a SEQUENCE. */
const DER_SEQUENCE = 0x30
/** First bytes of Java key stores (JKS and JCEKS). */
const JAVA_KEY_STORES = new Set(['feedfeed', 'cececece'])

const EXPECTED = 'expected a private key in PKCS#8 PEM (BEGIN PRIVATE KEY), not encrypted'

/** @returns An error message about the file; `undefined` if it may be a PKCS#8 private key. */
export function explainKeyFile(content: Uint8Array, path: string): string | undefined {
  if (content.length === 0) return `"${path}" is empty; ${EXPECTED}`
  const text = isUtf8(content) ? Buffer.from(content).toString('utf8') : ''
  const labels = Array.from(
    text.matchAll(/-----BEGIN ([^\r\n-]{1,64})-----/g),
    ([, label = '']) => label,
  )
  if (labels.length > 0) return explainPem(text, labels, path)
  return content[0] === DER_SEQUENCE ? explainDer(content, path) : explainOther(content, text, path)
}

/** The new file is in the same folder; the repository's .gitignore ignores `*.key`. */
function convert(path: string, command: (from: string, to: string) => string): string {
  const { dir, name } = parse(path)
  const to = `${dir === '' ? '' : `${dir}/`}${name}.pkcs8.key`
  return `; convert it: ${command(shellWord(path), shellWord(to))}`
}

const fromTraditional = (path: string): string =>
  convert(path, (from, to) => `openssl pkcs8 -topk8 -nocrypt -in ${from} -out ${to}`)

function explainPem(text: string, labels: readonly string[], path: string): string | undefined {
  const [first = ''] = labels
  const isEncrypted = /^Proc-Type: 4,ENCRYPTED\r?$/m.test(text)
  const lock = isEncrypted ? ', encrypted; openssl asks for the passphrase' : ''
  if (labels.length === 1 && first === 'PRIVATE KEY') return explainText(text, path)
  if (first === 'EC PARAMETERS') return explainParameters(labels, lock, path)
  switch (first) {
    case 'EC PRIVATE KEY':
      return `"${path}" is an EC private key in SEC1 form (BEGIN EC PRIVATE KEY)${lock}${fromTraditional(path)}`
    case 'RSA PRIVATE KEY':
      return `"${path}" is an RSA private key in PKCS#1 form (BEGIN RSA PRIVATE KEY)${lock}${fromTraditional(path)}`
    case 'DSA PRIVATE KEY':
      return `"${path}" is a DSA private key, which the worker does not support; ${EXPECTED}`
    case 'ENCRYPTED PRIVATE KEY': {
      const command = convert(path, (from, to) => `openssl pkey -in ${from} -out ${to}`)
      return `"${path}" is an encrypted private key; openssl asks for the passphrase${command}`
    }
    case 'OPENSSH PRIVATE KEY': {
      const command = convert(
        path,
        (from, to) => `cp ${from} ${to} && ssh-keygen -p -m PKCS8 -N '' -f ${to}`,
      )
      return `"${path}" is a private key in OpenSSH format${command}`
    }
    case 'PRIVATE KEY': {
      const command = convert(path, (from, to) => `openssl pkey -in ${from} -out ${to}`)
      return `"${path}" has ${labels.slice(1).map(kindOf).join(', ')} after the private key; the file must contain only the private key${command}`
    }
    default:
      return explainStrangePem(labels, path)
  }
}

/** Such as the "Bag Attributes" of `openssl pkcs12`; a byte order mark counts as white space. */
function explainText(text: string, path: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed.startsWith('-----BEGIN ') && trimmed.endsWith('-----')) return undefined
  const command = convert(path, (from, to) => `openssl pkey -in ${from} -out ${to}`)
  return `"${path}" has text around the private key; the file must contain only the private key${command}`
}

function explainParameters(labels: readonly string[], lock: string, path: string): string {
  return labels.includes('EC PRIVATE KEY')
    ? `"${path}" begins with EC PARAMETERS, as "openssl ecparam -genkey" writes it, before an EC private key in SEC1 form${lock}${fromTraditional(path)}`
    : `"${path}" has only the parameters of an elliptic curve (EC PARAMETERS); "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256" generates a key`
}

/** openssl skips other PEM blocks before a key. */
function explainStrangePem(labels: readonly string[], path: string): string {
  const kinds = labels.map(kindOf).join(', ')
  const hasKey = labels.some((label) => label.endsWith('PRIVATE KEY'))
  const command = hasKey
    ? `; the file must contain only the private key${convert(path, (from, to) => `openssl pkey -in ${from} -out ${to}`)}`
    : ` and no private key; ${EXPECTED}`
  return `"${path}" has ${kinds}${command}`
}

const kindOf = (label: string): string =>
  label.endsWith('CERTIFICATE REQUEST')
    ? 'a certification request'
    : (pemKind(label) ?? `"${label}"`)

function explainDer(content: Uint8Array, path: string): string {
  const kind = derKind(content)
  if (kind === 'a PKCS#12 file') {
    const command = convert(
      path,
      (from, to) => `openssl pkcs12 -in ${from} -nocerts -nodes | openssl pkey -out ${to}`,
    )
    return `"${path}" is a PKCS#12 file (.p12, .pfx)${command}`
  }
  if (kind === 'a private key' || kind === 'an encrypted private key') {
    const command = convert(path, (from, to) => `openssl pkey -inform DER -in ${from} -out ${to}`)
    return `"${path}" is ${kind} in DER${command}`
  }
  return `"${path}" is ${kind ?? 'an unknown structure'}, in DER; ${EXPECTED}`
}

/** Formats other than PEM and DER, by their first characters. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^(ssh-(rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-\S+) /, 'an OpenSSH public key'],
  [/^---- BEGIN SSH2 PUBLIC KEY ----/, 'an SSH2 public key'],
  [/^PuTTY-User-Key-File-/, 'a PuTTY private key, which PuTTYgen can export as an OpenSSH key'],
  [/^age-encryption\.org|^AGE-SECRET-KEY-/, 'an age file'],
]

function explainOther(content: Uint8Array, text: string, path: string): string {
  const start = Buffer.from(content.subarray(0, 4)).toString('hex')
  if (/^(fffe|feff)/.test(start)) return `"${path}" is UTF-16 text; save it as UTF-8 or ASCII`
  if (JAVA_KEY_STORES.has(start)) {
    return `"${path}" is a Java key store; export it with keytool -importkeystore -deststoretype PKCS12; ${EXPECTED}`
  }
  const trimmed = text.replace(/^\uFEFF/, '').trimStart()
  const known = BEGINNINGS.find(([pattern]) => pattern.test(trimmed))?.[1]
  if (known !== undefined) return `"${path}" is ${known}; ${EXPECTED}`
  const json = parseJson(trimmed)
  if (typeof json === 'object' && json !== null) {
    return `"${path}" is ${'kty' in json ? 'a JSON Web Key' : 'JSON'}; ${EXPECTED}`
  }
  return `"${path}" is not a private key; ${EXPECTED}`
}
