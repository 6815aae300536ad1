/**
 * What became of a certification request on each of its two ways, and what that means.
 *
 * @module
 */
import { EXPECTATIONS, type Expectation } from '@edge-issuer/testbed/field-csrs/corpus'

/** One way: as a CertificateRequest through the relay, or by `edge-issuer sign`. */
export type Outcome =
  | { readonly kind: 'signed' }
  /** The certificate is invalid. */
  | { readonly kind: 'invalid'; readonly message: string }
  /** Permanently. */
  | {
      readonly kind: 'refused'
      readonly by: 'webhook' | 'worker' | 'command'
      readonly message: string
    }
  /** No final answer: a temporary refusal, one for the operator, or none in time. */
  | { readonly kind: 'unfinished'; readonly message: string }

/** A request with both outcomes. */
export interface Tried {
  readonly name: string
  readonly expect: Expectation
  readonly relay: Outcome
  readonly command: Outcome
  /** Whether the default profile refused it, and these are the outcomes under profile options. */
  readonly isUnderOptions?: boolean
}

/** Numbers of results of one expectation. */
interface Checked {
  readonly ok: number
  readonly failed: number
}

/** Requests without an expected result, by the results of both ways. */
interface Reported {
  readonly signed: number
  readonly refused: number
  /** The ways differ, or one has no final answer. */
  readonly other: number
}

/** A request that ended otherwise than the manifest expects. */
export interface Failure {
  readonly name: string
  readonly expect: Expectation
  readonly relay: string
  readonly command: string
}

/** The result of a run. */
export interface Summary {
  readonly sign: Checked
  readonly refuse: Checked
  readonly either: Reported
  readonly webhook: Reported
  /** Requests among `sign` that the default profile refuses, and that profile options open. */
  readonly underOptions: readonly string[]
  readonly failures: readonly Failure[]
}

type Agreement = keyof Reported

/** What both ways gave; `other` where they differ. A certificate that is not good counts as none. */
function agreementOf({ relay, command }: Pick<Tried, 'relay' | 'command'>): Agreement {
  if (relay.kind !== command.kind) return 'other'
  return relay.kind === 'signed' || relay.kind === 'refused' ? relay.kind : 'other'
}

const REQUIRED: Readonly<Partial<Record<Expectation, Agreement>>> = {
  sign: 'signed',
  refuse: 'refused',
}

/** Whether a request ended as the manifest expects; `either` and `webhook` always do. */
export function isAsExpected(tried: Tried): boolean {
  const required = REQUIRED[tried.expect]
  return required === undefined || agreementOf(tried) === required
}

/** Counts outcomes by expectation. */
export function summarize(all: readonly Tried[]): Summary {
  const checked = (expect: Expectation): Checked => {
    const some = all.filter((tried) => tried.expect === expect)
    const ok = some.filter(isAsExpected).length
    return { ok, failed: some.length - ok }
  }
  const reported = (expect: Expectation): Reported => {
    const some = all.filter((tried) => tried.expect === expect).map(agreementOf)
    const count = (agreement: Agreement): number => some.filter((one) => one === agreement).length
    return { signed: count('signed'), refused: count('refused'), other: count('other') }
  }
  return {
    sign: checked('sign'),
    refuse: checked('refuse'),
    either: reported('either'),
    webhook: reported('webhook'),
    underOptions: all
      .filter((tried) => tried.isUnderOptions === true && isAsExpected(tried))
      .map(({ name }) => name),
    failures: all
      .filter((tried) => !isAsExpected(tried))
      .map(({ name, expect, relay, command }) => ({
        name,
        expect,
        relay: outcomeToText(relay),
        command: outcomeToText(command),
      })),
  }
}

/** An outcome in one line. */
function outcomeToText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'signed':
      return 'signed'
    case 'invalid':
      return `the certificate is not good: ${outcome.message}`
    case 'refused':
      return `refused by the ${outcome.by}: ${outcome.message}`
    case 'unfinished':
      return `no final answer: ${outcome.message}`
  }
}

/** A summary for people: counts, then every failure, then what is reported only. */
export function summaryLines(all: readonly Tried[]): readonly string[] {
  const { sign, refuse, underOptions, failures } = summarize(all)
  return [
    row('sign', sign),
    row('refuse', refuse),
    ...underOptions.map((name) => `signed only with the profile's options: ${printable(name)}`),
    ...failures.flatMap(({ name, expect, relay, command }) => [
      `FAILED ${printable(name)} (expected: ${expect})`,
      `  relay:   ${relay}`,
      `  command: ${command}`,
    ]),
    ...EXPECTATIONS.filter((expect) => REQUIRED[expect] === undefined).flatMap((expect) =>
      all
        .filter((tried) => tried.expect === expect)
        .flatMap(({ name, relay, command }) => [
          `${expect}: ${printable(name)}`,
          `  relay:   ${outcomeToText(relay)}`,
          `  command: ${outcomeToText(command)}`,
        ]),
    ),
  ]
}

const row = (name: string, { ok, failed }: Checked): string =>
  `${name.padEnd(8)}${String(ok).padStart(6)} ok${String(failed).padStart(6)} failed`

/** A name in a manifest must not control the terminal. */
const printable = (name: string): string => name.replaceAll(/\p{Cc}/gu, '?')
