import { runCommand } from '@edge-issuer/testbed/processes/process'
/** HTTPS_PROXY and NO_PROXY mean what they mean to Go. */
import { inject, it } from 'vitest'
import * as z from 'zod'
import { readProxyVariables } from '../../../relay/src/net/proxy.ts'

type Variables = Readonly<Record<string, string>>

const PROXIES: readonly Variables[] = [
  {},
  { HTTPS_PROXY: '' },
  { HTTPS_PROXY: 'http://proxy.internal:3128' },
  { HTTPS_PROXY: 'http://proxy.internal' },
  { HTTPS_PROXY: 'https://proxy.internal' },
  { HTTPS_PROXY: 'HTTP://proxy.internal:3128/' },
  { HTTPS_PROXY: '10.1.2.3:3128' },
  { HTTPS_PROXY: '10.1.2.3' },
  { HTTPS_PROXY: 'proxy.internal' },
  { HTTPS_PROXY: 'proxy:3128' },
  { HTTPS_PROXY: 'localhost:3128' },
  { HTTPS_PROXY: '[fd00::1]:3128' },
  { HTTPS_PROXY: 'http://[fd00::1]' },
  { HTTPS_PROXY: 'http://jane:s3cret@proxy:3128' },
  { HTTPS_PROXY: 'http://jane@proxy:3128' },
  { HTTPS_PROXY: 'http://jane:@proxy:3128' },
  { HTTPS_PROXY: 'jane:s3cret@proxy:3128' },
  { HTTPS_PROXY: 'http://ja%40ne:s%3Acr%C3%A9t%25@proxy:3128' },
  { https_proxy: 'http://lower:1' },
  { https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' },
  { https_proxy: '', HTTPS_PROXY: 'http://upper:1' },
  { HTTP_PROXY: 'http://plain:1' },
]

const EXCEPTIONS: readonly Variables[] = [
  '',
  '*',
  ' * ',
  'other.test,*',
  '*.example.com',
  '.example.com',
  'example.com',
  'EXAMPLE.com',
  'ample.com',
  'com',
  '.com',
  'a.example.com',
  'example.com:443',
  'example.com:8443',
  'example.com:',
  '.example.com:8443',
  '*.example.com:8443',
  'example.com.',
  '*example.com',
  'a.*.com',
  '.',
  ':443',
  ',,',
  'other.test, example.com ,',
  'other.test example.com',
  'https://example.com',
  'example.com/',
  '10.0.0.0/8',
  '10.0.0.0/08',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/',
  '10.0.0.0/8:443',
  '10.1.2.0/24',
  '10.1.2.4',
  '10.1.2.4:443',
  '10.1.2.4:8443',
  '10.1.2',
  '10.1.2.*',
  '010.1.2.4',
  '0.0.0.0/0',
  '::/0',
  'fd00::/8',
  'fd00::1',
  'fd00::0001',
  '[fd00::1]',
  '[fd00::1]:443',
  '[fd00::1]:8443',
  'fe80::1%eth0',
  '::ffff:10.1.2.4',
  '::ffff:10.0.0.0/104',
  '::ffff:10.0.0.0/95',
  '::/95',
  'münchen.example',
  '.MÜNCHEN.example',
  'xn--mnchen-3ya.example',
  'localhost',
  'svc,.cluster.local,10.0.0.0/8',
].map((noProxy) => ({ NO_PROXY: noProxy }))

const CASES: readonly Variables[] = [
  { no_proxy: 'example.com' },
  { no_proxy: '', NO_PROXY: 'example.com' },
  { no_proxy: 'other.test', NO_PROXY: 'example.com' },
]

const URLS = [
  'https://example.com/',
  'https://example.com:8443/',
  'https://a.example.com/',
  'https://a.b.example.com:8443/',
  'https://notexample.com/',
  'https://example.com./',
  'https://10.1.2.4/',
  'https://10.1.2.4:8443/',
  'https://11.1.2.4/',
  'https://[fd00::1]/',
  'https://[fd00::1]:8443/',
  'https://[::ffff:10.1.2.4]/',
  'https://xn--mnchen-3ya.example/',
  'https://localhost/',
  'https://a.localhost/',
  'https://127.0.0.1:8443/',
  'https://127.9.9.9/',
  'https://[::1]/',
  'https://worker.svc/',
]

const WITH_PROXY: Variables = { HTTPS_PROXY: 'http://proxy.internal:3128' }

const QUESTIONS = [
  ...PROXIES.flatMap((environment) => URLS.slice(0, 2).map((url) => ({ environment, url }))),
  ...[...EXCEPTIONS, ...CASES].flatMap((exceptions) =>
    URLS.map((url) => ({ environment: { ...WITH_PROXY, ...exceptions }, url })),
  ),
]

const answerSchema = z.strictObject({ proxy: z.string(), authorization: z.string() })
type Answer = z.infer<typeof answerSchema>

async function askGo(): Promise<readonly Answer[]> {
  const stdin = QUESTIONS.map((question) => `${JSON.stringify(question)}\n`).join('')
  const result = await runCommand({ command: inject('goProxies'), args: [], env: {}, stdin })
  if (result.code !== 0) throw new Error(`Go failed: ${result.stderr}`)
  const lines = result.stdout.trimEnd().split('\n')
  return lines.map((line) => answerSchema.parse(JSON.parse(line)))
}

function ask(environment: Variables, url: string): Answer {
  const proxyFor = readProxyVariables(environment)
  if (!proxyFor.ok) throw new Error(proxyFor.error)
  const { hostname, port } = new URL(url)
  const proxy = proxyFor.value({ hostname: hostname.replaceAll(/[[\]]/g, ''), port })
  if (proxy === undefined) return { proxy: '', authorization: '' }
  return {
    proxy: `${proxy.protocol}//${proxy.hostname}|${String(proxy.port)}`,
    authorization: proxy.authorization ?? '',
  }
}

it('every combination is read as Go reads it', async ({ expect }) => {
  const answers = await askGo()
  expect(answers).toHaveLength(QUESTIONS.length)
  const differences = QUESTIONS.flatMap(({ environment, url }, at) => {
    const [ours, theirs] = [ask(environment, url), answers[at]]
    return JSON.stringify(ours) === JSON.stringify(theirs)
      ? []
      : [{ environment, url, ours, theirs }]
  })
  expect(differences).toEqual([])
})
