import { describe, it } from 'vitest'
import { checkHost, isInZone, type WorkerPlace } from '../../../cli/src/project/public-host.ts'

const at = (...patterns: readonly string[]): WorkerPlace => ({
  name: 'signer',
  hasWorkersDev: false,
  routes: patterns.map((pattern) => ({ pattern, isCustomDomain: false })),
})
const onDomain = (pattern: string): WorkerPlace => ({
  name: 'signer',
  hasWorkersDev: false,
  routes: [{ pattern, isCustomDomain: true }],
})
const onWorkersDev = { name: 'signer-staging', hasWorkersDev: true, routes: [] }

describe('checkHost', () => {
  it.for<readonly [string, WorkerPlace]>([
    ['https://ca.example.com', onDomain('ca.example.com')],
    ['https://ca.example.com/', onDomain('ca.example.com')],
    ['https://ca.example.com/prefix', onDomain('ca.example.com')],
    ['https://ca.example.com', at('ca.example.com/*')],
    ['https://ca.example.com', at('*.example.com/*')],
    ['https://ca.example.com', at('other.example.com/*', 'https://ca.example.com/*')],
    ['https://example.com/ca', at('example.com/ca/*')],
    ['https://signer-staging.acme.workers.dev', onWorkersDev],
    ['https://signer.acme.workers.dev', { ...at(), hasWorkersDev: undefined }],
  ])('finds the way to %s', ([publicUrl, place], { expect }) => {
    expect(checkHost(publicUrl, place)).toBeUndefined()
  })

  it.for<readonly [string, WorkerPlace, string]>([
    ['https://ca.example.com', at(), 'it has no route'],
    ['https://ca.example.com', onDomain('ca.example.org'), 'it is at ca.example.org'],
    ['https://x.ca.example.com', onDomain('ca.example.com'), 'it is at ca.example.com'],
    ['https://caXexample.com', at('ca.example.com/*'), 'it is at ca.example.com/*'],
    ['https://example.com', at('example.com/ca/*'), 'it is at example.com/ca/*'],
    ['https://example.com/ca', at('example.com/ca'), 'it is at example.com/ca'],
    ['https://ca.example.com', onWorkersDev, 'it is at signer-staging.ACCOUNT.workers.dev'],
    ['https://signer.acme.workers.dev', onWorkersDev, 'signer-staging.ACCOUNT.workers.dev'],
    ['https://signer-staging.a.b.workers.dev', onWorkersDev, 'signer-staging.ACCOUNT.workers.dev'],
    ['https://signer-staging.workers.dev', onWorkersDev, 'signer-staging.ACCOUNT.workers.dev'],
    [
      'https://signer.acme.workers.dev',
      { ...onDomain('ca.example.com'), hasWorkersDev: undefined },
      'it is at ca.example.com',
    ],
  ])('finds no way to %s', ([publicUrl, place, found], { expect }) => {
    expect(checkHost(publicUrl, place)).toContain(found)
  })
})

it.for([
  { url: 'https://ca.example.com/pki', want: true },
  { url: 'https://10.0.0.1', want: false },
  { url: 'https://[fd00::1]:8443', want: false },
  { url: 'https://localhost:8443', want: false },
])('whether a zone can have the host of $url: $want', ({ url, want }, { expect }) => {
  expect(isInZone(url)).toBe(want)
})
