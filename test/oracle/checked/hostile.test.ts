import { commonName } from '@edge-issuer/testbed/pki/x509'
/**
 * Requests for certificates beyond policy: each is refused with its code, and for each the certificate
 * that another program issues is accepted by a verifier, which proves that the refusal matters.
 */
import { beforeAll, describe, it } from 'vitest'
import { certify, issueBelow } from '../hostile/certify.ts'
import { CONTROLS } from '../hostile/controls.ts'
import type { HostileRequest } from '../hostile/hostile-request.ts'
import { issueByPolicy, policyAnswer } from '../hostile/policy-answer.ts'
import { HOSTILE } from '../hostile/tables.ts'
import {
  type Presented,
  type Probe,
  type Refused,
  useToText,
  type Verifier,
  type VerifierName,
} from '../verifiers/verifier.ts'
import { VERIFIERS } from '../verifiers/verifiers.ts'

const LEAST_REQUESTS = 60

/** Set where the tests are to fail, not to be skipped, when a verifier is missing. */
const REQUIRE_VERIFIERS = 'EDGE_ISSUER_REQUIRE_VERIFIERS'

/** Verifiers that this machine has. */
let present: readonly Verifier[] = []

/** What each verifier says, by the title of the row. */
const answers = new Map<string, Map<VerifierName, Refused>>()
const presentedByTitle = new Map<string, Presented>()
const neverByTitle = new Map<string, readonly VerifierName[]>()

beforeAll(async () => {
  const versions = await Promise.all(VERIFIERS.map((verifier) => verifier.version()))
  present = VERIFIERS.filter((_, index) => versions[index] !== undefined)
  const asked: { readonly row: HostileRequest; readonly probe: Probe }[] = []
  for (const row of HOSTILE) {
    const certificate = await certify(row)
    presentedByTitle.set(row.title, certificate)
    const probe = toProbe(row, certificate)
    if (probe !== undefined) asked.push({ row, probe })
  }
  await Promise.all(
    present.map(async ({ name, verify }) => {
      const own = asked.filter(({ row: { proof } }) => 'by' in proof && proof.by.includes(name))
      const results = await verify(own.map(({ probe }) => probe))
      for (const [index, { row }] of own.entries()) {
        const found = answers.get(row.title) ?? new Map<VerifierName, Refused>()
        answers.set(row.title, found.set(name, results[index]))
      }
    }),
  )
  await verifyControls()
})

function toProbe(
  { proof, csr, certificate = {} }: HostileRequest,
  made: Presented,
): Probe | undefined {
  switch (proof.kind) {
    case 'used': {
      return { presented: made, use: proof.as }
    }
    case 'issues': {
      const subject = certificate.subject ?? csr.subject ?? commonName('test')
      return { presented: issueBelow(made, subject, proof.leaf), use: proof.as }
    }
    case 'shown': {
      return undefined
    }
  }
}

async function verifyControls(): Promise<void> {
  const probes = CONTROLS.map((control) => ({
    presented: issueByPolicy(control),
    use: control.never,
  }))
  const results = await Promise.all(present.map(({ verify }) => verify(probes)))
  for (const [row, { title }] of CONTROLS.entries()) {
    neverByTitle.set(
      title,
      present.filter((_, index) => results[index]?.[row] === undefined).map(({ name }) => name),
    )
  }
}

describe('the table', () => {
  it(`has at least ${String(LEAST_REQUESTS)} hostile requests, each once`, ({ expect }) => {
    expect(HOSTILE.length).toBeGreaterThanOrEqual(LEAST_REQUESTS)
    expect(new Set(HOSTILE.map(({ title }) => title)).size).toBe(HOSTILE.length)
  })

  it('is checked with every verifier of these tests', ({ expect, skip }) => {
    const missing = VERIFIERS.filter((verifier) => !present.includes(verifier))
    const names = missing.map(({ name }) => name).join(', ')
    const isRequired = (process.env[REQUIRE_VERIFIERS] ?? '') !== ''
    skip(missing.length > 0 && !isRequired, `this machine does not have ${names}`)
    expect(missing).toEqual([])
  })
})

describe('the policy refuses', () => {
  it.for(HOSTILE)('$title: $code', (row, { expect }) => {
    const found = policyAnswer(row)
    expect(found[0]?.code, `signed: ${row.title}`).toBe(row.code)
    const codes = new Set(found.map(({ code }) => code))
    expect([...codes].toSorted(), found.map(({ detail }) => detail).join('\n')).toEqual(
      [row.code, ...(row.also ?? [])].toSorted(),
    )
  })
})

describe('a verifier accepts what openssl issues for', () => {
  it.for(HOSTILE)('$title', async ({ title, proof }, { expect, skip }) => {
    if (proof.kind === 'shown') {
      const presented = presentedByTitle.get(title)
      expect(presented && (await proof.show(presented)), proof.what).toBeUndefined()
      return
    }
    const found = answers.get(title) ?? new Map<VerifierName, Refused>()
    skip(found.size === 0, `this machine does not have ${proof.by.join(', ')}`)
    const accepting = [...found].filter(([, refused]) => refused === undefined)
    const refusals = [...found].map(([name, refused]) => `${name}: ${refused ?? 'accepts'}`)
    expect(accepting, `as ${useToText(proof.as)}\n${refusals.join('\n')}`).not.toEqual([])
  })
})

describe('the policy signs', () => {
  it.for(CONTROLS)('$title', (control, { expect }) => {
    expect(policyAnswer(control)).toEqual([])
  })

  it.for(CONTROLS)('$title, and no verifier takes it for more', ({ title }, { expect }) => {
    expect(neverByTitle.get(title)).toEqual([])
  })
})
