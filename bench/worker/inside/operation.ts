/**
 * The product's whole operation, without HTTP and ledger: from the message of a request to the PEM of
 * a chain. Nothing here is the benchmark's own but the order of the calls, which is the product's
 * (`signer-worker/src/http/routes/sign.ts`, `signer-worker/src/ledger/ledger.ts`).
 *
 * @module
 */
import { decodeBase64, encodePem, type SignRequest } from '@edge-issuer/shared'
import { parseCertificationRequest } from '@edge-issuer/shared/x509'
import { issueCertificate } from '../../../signer-worker/src/ca/issue.ts'
import { newSerialNumber } from '../../../signer-worker/src/ca/serial.ts'
import type { Issuer } from '../../../signer-worker/src/config/config.ts'
import { loadConfig } from '../../../signer-worker/src/config/parse.ts'
import type { CertificatePlan } from '../../../signer-worker/src/model/certificate-plan.ts'
import { evaluate } from '../../../signer-worker/src/policy/evaluate.ts'
import {
  type ClientPolicy,
  compileClientPolicy,
} from '../../../signer-worker/src/policy/rules/client-policy.ts'
import type { Profile } from '../../../signer-worker/src/policy/rules/profile.ts'
import type { Fixture } from './fixture.ts'

/** One lap of a loop: every request of the fixture once. */
export interface Operation {
  /** The full operation. @returns the PEM of each chain */
  readonly full: () => readonly string[]
  /** Parse and build, with plans made beforehand. @returns the DER of each certificate */
  readonly codec: () => readonly Uint8Array[]
}

/** Sets up the operation under one issuer of the configuration. @throws when anything is refused */
export function openOperation(fixture: Fixture, issuerName: string): Operation {
  const parties = findParties(fixture, issuerName)
  const { ca, key } = parties.issuer.active
  const { requests } = fixture
  const inputs = requests.map((request) => ({
    der: decodeBase64(request.csr) ?? new Uint8Array(),
    plan: plan(parties, request),
    serialNumber: newSerialNumber(1),
  }))
  return {
    full: () =>
      requests.map((request) => {
        const planned = plan(parties, request)
        const certificate = issueCertificate(planned, ca, {
          key,
          serialNumber: newSerialNumber(1),
        })
        return encodePem('CERTIFICATE', certificate) + ca.intermediatesPem
      }),
    codec: () =>
      inputs.map((input) => {
        const csr = parseCertificationRequest(input.der)
        if (!csr.ok) throw new Error(csr.error.message)
        return issueCertificate(input.plan, ca, { key, serialNumber: input.serialNumber })
      }),
  }
}

interface Parties {
  readonly issuer: Issuer
  readonly profile: Profile
  readonly client: ClientPolicy
}

function findParties({ config, secrets }: Fixture, issuerName: string): Parties {
  const loaded = loadConfig(config, (name) => secrets[name])
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
  const issuer = loaded.value.issuers.get(issuerName)
  const [profile] = loaded.value.profiles.values()
  if (issuer === undefined || profile === undefined) {
    throw new Error('the configuration has no such issuer, or no profile')
  }
  // A client that its profiles alone restrict.
  return { issuer, profile, client: compileClientPolicy({}) }
}

function plan({ issuer, profile, client }: Parties, request: SignRequest): CertificatePlan {
  const evaluated = evaluate({
    request,
    profile,
    client,
    ca: issuer.active.ca,
    nowMs: Date.now(),
  })
  if (!evaluated.ok) throw new Error(JSON.stringify(evaluated.error))
  return evaluated.value
}
