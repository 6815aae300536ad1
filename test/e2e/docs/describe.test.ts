/**
 * docs/kubectl-describe.md shows what kubectl describe prints for an issuer whose Secret is missing at
 * first, and of a request that waits for it. This test runs the same steps and compares the page with them.
 *
 * With `EDGE_ISSUER_UPDATE_DOCS=1` it writes the output into the page instead.
 *
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { issuerManifest, requestManifest, secretManifest } from '@edge-issuer/testbed/relay/objects'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type EdgeEnvironment,
  grantCredentials,
  kubectlWait,
  mustKubectl,
  TIMEOUT,
  startEdgeEnvironment,
} from '../environment.ts'

const PAGE = new URL('../../../docs/kubectl-describe.md', import.meta.url)
const NAMESPACE = 'web'
const ISSUER = 'issuer.edge-issuer.dev/edge'
const REQUEST = 'certificaterequest/shop'
const POLL_TIMEOUT_MS = 60_000

let edge: EdgeEnvironment

beforeAll(async () => {
  edge = await startEdgeEnvironment({ relayFlags: ['--health-check-interval=2s'] })
})

afterAll(async () => {
  await edge.stop()
})

/** What describe prints for an object from `Status:` on. */
async function statusAndEvents(name: string): Promise<string> {
  const text = await mustKubectl(edge.plane, `describe ${name} -n ${NAMESPACE}`)
  return text.slice(text.indexOf('\nStatus:') + 1)
}

it('matches the page: the Secret is missing, the request waits, the Secret appears', async () => {
  const { plane, signer } = edge
  await plane.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${NAMESPACE}}}`)
  await grantCredentials(plane, NAMESPACE)
  await plane.apply(issuerManifest(signer, { kind: 'Issuer', name: 'edge', namespace: NAMESPACE }))
  await kubectlWait(plane, [ISSUER, 'condition=Ready=False', TIMEOUT], NAMESPACE)
  await plane.apply(
    requestManifest({
      name: 'shop',
      namespace: NAMESPACE,
      csrPem: createCsr({ dnsNames: ['shop.example.com'] }).pem,
      issuerRef: { group: 'edge-issuer.dev', kind: 'Issuer', name: 'edge' },
    }),
  )
  await kubectlWait(plane, [REQUEST, 'condition=Ready=False', TIMEOUT], NAMESPACE)
  await pollUntil({
    what: 'the check to have failed three times',
    probe: async () => /\(x3 over /.test(await statusAndEvents(ISSUER)),
    timeoutMs: POLL_TIMEOUT_MS,
  })
  const waiting = { issuer: await statusAndEvents(ISSUER), request: await statusAndEvents(REQUEST) }

  await plane.apply(secretManifest(NAMESPACE, signer.clientKeyPem))
  await kubectlWait(plane, [REQUEST, 'condition=Ready', TIMEOUT], NAMESPACE)
  await pollUntil({
    what: 'the last Events to be written',
    probe: async () =>
      (await statusAndEvents(ISSUER)).includes(' Checked ') &&
      (await statusAndEvents(REQUEST)).includes(' Issued '),
    timeoutMs: POLL_TIMEOUT_MS,
  })
  const blocks = [
    waiting.issuer,
    waiting.request,
    await statusAndEvents(ISSUER),
    await statusAndEvents(REQUEST),
  ]

  const page = await readFile(PAGE, 'utf8')
  if (process.env['EDGE_ISSUER_UPDATE_DOCS'] === '1') {
    const seen = blocks.values()
    await writeFile(
      PAGE,
      page.replaceAll(
        /(```text\n)[^`]*```/g,
        (_, open) => `${open}${shorten(seen.next().value)}\`\`\``,
      ),
    )
    return
  }
  const shown = [...page.matchAll(/```text\n([^`]*)```/g)].map(([, block = '']) => masked(block))
  expect(shown).toEqual(blocks.map((block) => masked(shorten(block))))
})

/** Shortens long values, and gives the worker a readable name. */
const shorten = (text = ''): string =>
  text
    .replaceAll(/^(\s+(?:Ca|Certificate): +\S{24})\S+/gm, '$1…')
    .replaceAll(/https:\/\/[^\s"/]+:\d+/g, 'https://ca.example.com')

/** Removes what differs between runs: times, counts, random values and the order of Events. */
function masked(text: string): readonly string[] {
  const lines = text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/^(\s+(?:Ca|Certificate|sha256|Serial Number): +)\S+/gm, '$1<value>')
    .replaceAll(/(?<=\s)\w+ \(x\d+ over \w+\)/g, '<age> (<times>)')
    .replaceAll(/(?<=\s)(?:\d+[sm])+(?=\s)/g, '<age>')
    .replaceAll(/[ -]{2,}/g, ' ')
    .split('\n')
  const at = lines.indexOf('Events:')
  return [...lines.slice(0, at), ...lines.slice(at).toSorted()]
}
