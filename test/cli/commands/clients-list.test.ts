import { beforeEach, it, vi } from 'vitest'
import { good, setUp } from '../support/admin-harness.ts'
import { runCli } from '../support/run-cli.ts'

beforeEach(() => {
  // A proxy of the machine must not intercept connections to the test server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

const TIME = '2026-01-01T00:00:00Z'

const aClient = (name: string, more: object): object => ({
  name,
  version: 1,
  disabled: false,
  quarantined: false,
  createdAt: TIME,
  updatedAt: TIME,
  entry: {},
  ...more,
})

it('clients list --activity shows what each client did', async ({ expect, ...context }) => {
  const activity = {
    lastSeenAt: TIME,
    issuedInDay: 12,
    issuedInWeek: 80,
    refused: { usage_unknown: 2, rate_limited: 1 },
    soonestExpiry: '2026-01-02T00:00:00Z',
  }
  const quiet = {
    lastSeenAt: null,
    issuedInDay: 0,
    issuedInWeek: 0,
    refused: {},
    soonestExpiry: null,
  }
  const clients = [
    aClient('busy', { activity }),
    aClient('of-an-older-worker', {}),
    aClient('quiet', { activity: quiet }),
  ]
  const { cwd, worker, asked } = await setUp(good({ clients, next: null }), context)
  const env = {
    EDGE_ISSUER_URL: worker.url,
    EDGE_ISSUER_KEY: 'a.admin.key',
    EDGE_ISSUER_CA_FILE: worker.rootsFile,
  }
  const { exitCode, stdout } = await runCli('clients list --activity', { cwd, env })
  expect(exitCode).toBe(0)
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['NAME', 'STATE', 'LAST SEEN', 'ISSUED 24H', 'ISSUED 7D', 'REFUSED', 'FIRST END'],
    ['busy', 'enabled', TIME, '12', '80', '3', '2026-01-02T00:00:00Z'],
    ['of-an-older-worker', 'enabled', '-', '-', '-', '-', '-'],
    ['quiet', 'enabled', '-', '0', '0', '0', '-'],
    [''],
  ])
  expect(asked()).toEqual(['/v1/admin/clients?limit=500&activity=true'])
})
