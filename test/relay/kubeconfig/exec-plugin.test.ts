import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { kubeconfigText } from '../kube/fake-api-server.ts'
import type { Ending } from '../kube/fixtures.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { aDirectory, anOpenConnection, askWith, aSecureServer } from './fixtures.ts'

/** Counts its runs in `runs`, and answers with a token of that number. */
const aPlugin = async (context: Ending, status = ''): Promise<string> => {
  const path = join(await aDirectory(context), 'plugin')
  await writeFile(
    path,
    `#!/bin/sh
cat > /dev/null
echo run >> "$0.runs"
printf '%s' "$KUBERNETES_EXEC_INFO" > "$0.info"
echo "hello $GREETED" >&2
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'"$1$(wc -l < "$0.runs" | tr -d ' ')"'"${status}}}'
`,
  )
  await chmod(path, 0o755)
  return path
}

const userOf = (command: string): Readonly<Record<string, unknown>> => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    args: ['token-'],
    env: [{ name: 'GREETED', value: 'world' }],
    interactiveMode: 'IfAvailable',
    provideClusterInfo: true,
  },
})

describe('an exec plugin', () => {
  it('runs once, and again after its credential has expired', async ({
    expect,
    onTestFinished,
  }) => {
    const { server, cluster, seen } = await aSecureServer({ onTestFinished })
    const command = await aPlugin(
      { onTestFinished },
      ',"expirationTimestamp":"2026-01-01T00:10:00Z"',
    )
    const clock = new FakeClock()
    const text = kubeconfigText({ server, cluster, user: userOf(command) })
    const stderr: string[] = []
    const pluginStderr = (line: string): void => void stderr.push(line)
    const ask = await anOpenConnection({ onTestFinished }, text, { clock, pluginStderr })
    await Promise.all([ask(), ask()])
    await clock.advance(601_000)
    await Promise.all([ask(), ask()])
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-2',
    ])
    expect(stderr.join('')).toContain('hello world')
  })

  it('runs again after a 401', async ({ expect, onTestFinished }) => {
    const { server, cluster, seen } = await aSecureServer({ onTestFinished }, ({ authorization }) =>
      authorization === 'Bearer token-1' ? 401 : 200,
    )
    const command = await aPlugin({ onTestFinished })
    const text = kubeconfigText({ server, cluster, user: userOf(command) })
    const ask = await anOpenConnection({ onTestFinished }, text, { pluginStderr: () => undefined })
    for (const _ of [1, 2, 3]) await ask()
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-2',
    ])
  })

  it('gets the cluster', async ({ expect, onTestFinished }) => {
    const { server, cluster } = await aSecureServer({ onTestFinished })
    const command = await aPlugin({ onTestFinished })
    const extensions = [
      { name: 'other', extension: 1 },
      { name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } },
    ]
    const text = kubeconfigText({
      server,
      cluster: { ...cluster, 'tls-server-name': 'api', extensions },
      user: userOf(command),
    })
    await anOpenConnection({ onTestFinished }, text, { pluginStderr: () => undefined })
    expect(JSON.parse(await readFile(`${command}.info`, 'utf8'))).toEqual({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      spec: {
        cluster: { server, ...cluster, 'tls-server-name': 'api', config: { audience: 'x' } },
        interactive: false,
      },
    })
  })

  it('does not count beside a token', async ({ expect, onTestFinished }) => {
    const { server, cluster, seen } = await aSecureServer({ onTestFinished })
    const user = { ...userOf('/nowhere'), token: 't' }
    await askWith({ onTestFinished }, kubeconfigText({ server, cluster, user }))
    expect(seen[0]?.authorization).toBe('Bearer t')
  })
})
