/** The examples of docs/coming-from are valid for the worker: profiles, and rules of a client. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mustRunCli, runCli } from '@edge-issuer/testbed/cli'
import { makeKey, toPem } from '@edge-issuer/testbed/pki/x509'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readMarkdown } from './support/markdown.ts'

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coming-from-'))
  await mustRunCli(['ca', 'init', '--out', 'ca', '--permit-dns', 'acme.internal'], {
    cwd: directory,
  })
})

afterAll(async () => {
  await rm(directory, { recursive: true })
})

const fragmentSchema = z.strictObject({ profiles: z.record(z.string(), z.looseObject({})) })
const rulesSchema = z.looseObject({ allowed: z.looseObject({}) })

describe.for(['vault', 'step-ca'])('%s.md', (name) => {
  it('has a profile, and rules of a client, which config check accepts', async ({ expect }) => {
    const { blocks } = await readMarkdown(`docs/coming-from/${name}.md`)
    const textOf = (info: string): string => blocks.find((one) => one.info === info)?.text ?? ''
    const { profiles } = fragmentSchema.parse(JSON.parse(textOf('json')))
    const rules = rulesSchema.parse(parse(textOf('yaml')))
    const chain = await readFile(join(directory, 'ca/chain.pem'), 'utf8')
    const authorities = [{ state: 'active', chain, keySecret: 'CA_KEY_DEFAULT' }]
    const issuers = { default: { authorities, profiles: Object.keys(profiles) } }
    const keys = [{ publicKey: toPem('PUBLIC KEY', makeKey('Ed25519').spki) }]
    const write = async (file: string, document: object): Promise<void> =>
      writeFile(join(directory, file), JSON.stringify(document))
    await write('config.json', { publicUrl: 'https://ca.example.com', issuers, profiles })
    await write('clients.json', { clients: { 'prod-eu-1': { keys, ...rules } } })
    const check = 'config check config.json --clients clients.json'
    const { code, stderr, stdout } = await runCli(check.split(' '), { cwd: directory })
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toContain('prod-eu-1')
  })
})
