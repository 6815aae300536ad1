import { err, ok, type HealthAnswer } from '@edge-issuer/shared'
import { defineCommand } from '../command.ts'
import { connect, WORKER_PARAMETERS } from '../worker/connect.ts'
import { WORKER_DEADLINE_MS } from '../worker/deadline.ts'
import { reportFault } from '../worker/report-fault.ts'

/** `edge-issuer health`. */
export const health = defineCommand({
  description: `
Asks with the client's key which CA the issuer signs with, until when it is valid, and which
profiles are open to this client. A refusal's class decides the exit code.`,
  parameters: WORKER_PARAMETERS,
  endings: ['done', 'failed', 'usage', 'permanent', 'temporary', 'issuer', 'pending'],
  examples: ['edge-issuer health --url https://ca.example.com --key cluster-1.secret.yaml'],
  run: async (values, io) => {
    const client = await connect(values, io)
    if (!client.ok) return client
    const signal = AbortSignal.timeout(WORKER_DEADLINE_MS)
    const answer = await client.value.health(values.issuer, signal)
    await client.value.close()
    if (!answer.ok) return err(reportFault(answer.error, { isJson: values.json, facts: {} }, io))
    io.stdout(values.json ? `${JSON.stringify(answer.value, null, 2)}\n` : describe(answer.value))
    return ok(undefined)
  },
})

const describe = ({ issuer, ca, profiles, serverTime, protocolVersion }: HealthAnswer): string =>
  `issuer    ${issuer}
CA        ${ca.subject}
serial    ${ca.serialNumber}
valid to  ${ca.notAfter}
SHA-256   ${ca.sha256}
profiles  ${profiles.join(', ')}
time      ${serverTime}
protocol  ${protocolVersion}
`
