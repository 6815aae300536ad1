import { describe, it } from 'vitest'
import { parseExecCredential } from '../../../relay/src/kubeconfig/exec-credential.ts'

const V1 = 'client.authentication.k8s.io/v1'
const answer = (status: unknown, fields: object = {}): string =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion: V1, status, ...fields })

describe('parseExecCredential takes', () => {
  it.for([
    ['a token', answer({ token: 't' }), { token: 't' }],
    [
      'a certificate with its key',
      answer({ clientCertificateData: 'c', clientKeyData: 'k' }),
      { certificate: { cert: 'c', key: 'k' } },
    ],
    [
      'a time with an offset',
      answer({ token: 't', expirationTimestamp: '2026-01-01T01:00:00.5+01:00' }),
      { token: 't', expiresAtMs: Date.parse('2026-01-01T00:00:00.5Z') },
    ],
    [
      'null and unknown fields',
      answer({ token: 't', expirationTimestamp: null, clientKeyData: null, x: 1 }, { spec: {} }),
      { token: 't' },
    ],
    ['YAML', `kind: ExecCredential\napiVersion: ${V1}\nstatus: {token: t}\n`, { token: 't' }],
  ] as const)('%s', ([, output, value], { expect }) => {
    expect(parseExecCredential(output, V1)).toEqual({ ok: true, value })
  })
})

describe('parseExecCredential refuses, without quoting the output,', () => {
  it.for([
    ['nothing', '', 'wrote no ExecCredential'],
    ['text', 'secret', 'wrote no ExecCredential'],
    ['another kind', answer({ token: 'secret' }, { kind: 'secret' }), 'wrote no ExecCredential'],
    ['no status', answer(null), 'wrote no ExecCredential with a status to standard output (status'],
    ['a token that is a number', answer({ token: 7 }), '(status.token: '],
    [
      'a time that is none',
      answer({ token: 'secret', expirationTimestamp: 'secret' }),
      '(status.expirationTimestamp: ',
    ],
    [
      'another version',
      answer({ token: 'secret' }, { apiVersion: `${V1}beta1` }),
      `answered with the apiVersion "${V1}beta1"; expected ${V1}`,
    ],
    ['no credentials', answer({}), 'neither a token nor a client certificate'],
    ['a key alone', answer({ clientKeyData: 'secret' }), 'but not with both'],
    [
      'a token and a certificate alone',
      answer({ token: 'secret', clientCertificateData: 'secret' }),
      'but not with both',
    ],
  ] as const)('%s', ([, output, wanted], { expect }) => {
    const parsed = parseExecCredential(output, V1)
    const error = parsed.ok ? '' : parsed.error
    expect(error).toContain(wanted)
    expect(error).not.toContain('secret')
  })
})
