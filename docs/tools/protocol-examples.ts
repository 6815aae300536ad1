/** Messages of the protocol as they are sent, made by the code of relay and worker. */
import { createHash, createPrivateKey, sign } from 'node:crypto'
import {
  canonicalEd25519Jwk,
  certificatesPath,
  contentDigest,
  IDEMPOTENCY_KEY_HEADER,
  JSON_CONTENT_TYPE,
  PROBLEM_CONTENT_TYPE,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  REFUSALS,
  REQUEST_ID_HEADER,
  SIGNATURE_LIFETIME_SECONDS,
  signatureBase,
  signatureHeader,
  signatureInput,
  type SignedMessage,
  type SignRequest,
} from '../../shared/src/index.ts'
import { toProblem } from '../../signer-worker/src/http/problem.ts'

/** The key pair of RFC 8037 Appendix A. */
const X = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
const KEY = createPrivateKey({
  key: { kty: 'OKP', crv: 'Ed25519', x: X, d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' },
  format: 'jwk',
})

const UID = '2f1c9a52-5d0e-4c43-9c3b-4d2f6f0c8a11'
const CREATED_SECONDS = 1_767_225_600

const REQUEST: SignRequest = {
  csr: 'MIIB',
  durationSeconds: 7_776_000,
  isCA: false,
  usages: ['digital signature', 'key encipherment', 'server auth'],
  origin: {
    kind: 'CertificateRequest',
    namespace: 'default',
    name: 'web-1',
    uid: UID,
    username: 'system:serviceaccount:cert-manager:cert-manager',
    groups: ['system:authenticated'],
    createdAt: '2026-01-01T00:00:00Z',
  },
}

/** @returns Blocks for docs/protocol.md, by their names. */
export function protocolExamples(): Readonly<Record<string, string>> {
  const body = JSON.stringify(REQUEST)
  const message: SignedMessage = {
    method: 'POST',
    targetUri: `https://ca.example.com${certificatesPath('default')}`,
    protocolVersion: PROTOCOL_VERSION,
    body: {
      contentDigest: contentDigest(createHash('sha256').update(body).digest()),
      idempotencyKey: UID,
    },
  }
  const parameters = {
    createdSeconds: CREATED_SECONDS,
    expiresSeconds: CREATED_SECONDS + SIGNATURE_LIFETIME_SECONDS,
    nonce: 'AAECAwQFBgcICQoLDA0ODw',
    keyId: createHash('sha256').update(canonicalEd25519Jwk(X)).digest('base64url'),
  }
  const base = signatureBase(message, parameters)
  return {
    'signature base': block('text', base),
    'signed request': block(
      'http',
      `POST ${certificatesPath('default')} HTTP/1.1
Host: ca.example.com
${PROTOCOL_HEADER}: ${PROTOCOL_VERSION}
content-type: ${JSON_CONTENT_TYPE}
content-digest: ${message.body?.contentDigest ?? ''}
${IDEMPOTENCY_KEY_HEADER}: ${UID}
signature-input: ${signatureInput(message, parameters)}
signature: ${signatureHeader(sign(null, Buffer.from(base), KEY))}

${body}`,
    ),
    refusal: block('http', refusalExample()),
  }
}

function refusalExample(): string {
  const code = 'rate_limited'
  const retryAfterSeconds = 12
  const detail =
    "this client's limit of 1200 new certificates per minute is reached; retry the same request"
  const problem = toProblem([{ code, detail, retryAfterSeconds }])
  return `HTTP/1.1 ${String(REFUSALS[code].status)} Too Many Requests
content-type: ${PROBLEM_CONTENT_TYPE}
${PROTOCOL_HEADER}: ${PROTOCOL_VERSION}
${REQUEST_ID_HEADER}: 0d6b3f0e-8f0c-4a53-9d57-7d6f3a1c2b90
retry-after: ${String(retryAfterSeconds)}

${JSON.stringify(problem, undefined, 2)}`
}

const block = (info: string, text: string): string => `\`\`\`${info}\n${text}\n\`\`\`\n`
