import { err, ok, type HealthAnswer } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import { optional, toggle } from '../command-line/parameters.ts'
import { FILE } from '../command-line/value-types.ts'
import { WORKER_VARIABLES } from '../context/resolve-worker.ts'
import { connect, WORKER_DEADLINE_MS, WORKER_PARAMETERS } from '../worker/connect.ts'
import { reportError } from '../worker/report-error.ts'

const parameters = {
  ...WORKER_PARAMETERS,
  key: optional(
    FILE,
    `the private key (PEM) of an admin or of a client, or the Secret that client create wrote; when absent, ${WORKER_VARIABLES.key} or the context`,
  ),
  bundle: toggle('print only the roots of all CAs of the issuer (PEM)'),
}

/** `edge-issuer health`. */
export const health = defineCommand({
  description: `
Shows the CA with which the issuer signs and its expiry, other CAs of the issuer during a rotation, and
the profiles that the client may use. With the key of an admin, of any role, it shows every profile of the
issuer. With --bundle it prints only the roots that verifiers must trust. The class of a refusal
determines the exit code.`,
  parameters,
  exits: ['done', 'failed', 'usage', 'permanent', 'temporary', 'issuer', 'pending'],
  examples: [
    'edge-issuer health --url https://ca.example.com --key alice.admin.key',
    'edge-issuer health --url https://ca.example.com --key cluster-1.secret.yaml',
    'edge-issuer health --bundle > roots.pem',
  ],
  run: async (values, io) => {
    if (values.bundle && values.json) {
      return err({ exit: 'usage', message: '--bundle excludes --json; choose one' })
    }
    const client = await connect(values, io)
    if (!client.ok) return client
    const signal = AbortSignal.timeout(WORKER_DEADLINE_MS)
    const answer = await client.value.health(values.issuer, signal)
    await client.value.close()
    if (!answer.ok)
      return err(reportError(answer.error, { key: 'either', isJson: values.json, facts: {} }, io))
    io.stdout(toText(answer.value, values))
    return ok(undefined)
  },
})

function toText(
  answer: HealthAnswer,
  { bundle, json }: { readonly bundle: boolean; readonly json: boolean },
): string {
  if (bundle) return answer.bundle
  return json ? `${JSON.stringify(answer, null, 2)}\n` : describe(answer)
}

const describe = ({
  issuer,
  ca,
  authorities,
  profiles,
  serverTime,
  protocolVersion,
}: HealthAnswer): string =>
  `issuer    ${issuer}
CA        ${ca.subject}
serial    ${ca.serialNumber}
valid to  ${ca.notAfter}
SHA-256   ${ca.sha256}
${authorities
  .filter(({ state }) => state !== 'active')
  .map(describeOther)
  .join('')}profiles  ${profiles.join(', ')}
time      ${serverTime}
protocol  ${protocolVersion}
`

const describeOther = ({
  state,
  subject,
  notAfter,
  sha256,
}: HealthAnswer['authorities'][number]): string =>
  `${state.padEnd(10)}${subject}, valid to ${notAfter}, SHA-256 ${sha256}\n`
