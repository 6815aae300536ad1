import { chmod, cp, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { z } from 'zod'
import { type Harness, INIT, NOW_MS, setUp } from '../support/config-harness.ts'
import { runCli } from '../support/run-cli.ts'

const keysSchema = z.object({
  issuers: z.object({
    default: z.object({
      authorities: z.array(
        z.object({ state: z.string(), chain: z.string(), keySecret: z.string() }),
      ),
    }),
  }),
})

/** Secret and state of each CA. */
const keysOf = (text: string): readonly string[] =>
  keysSchema
    .parse(JSON.parse(text))
    .issuers.default.authorities.map(({ keySecret, state }) => `${keySecret} ${state}`)

/** A configuration `s.json`, and a CA in `ca-2` that is to come after its own. */
async function harness(context: Parameters<typeof setUp>[0]): Promise<Harness> {
  const made = await setUp(context)
  await made.config(`${INIT} --out s.json`)
  await runCli('ca renew --out ca-2', { cwd: made.cwd, nowMs: NOW_MS })
  return made
}

const A = 'CA_KEY_DEFAULT'
const B = 'CA_KEY_DEFAULT_2'

describe('config rotate', () => {
  it('goes from one CA to the other, a step at a time', async ({ expect, ...context }) => {
    const { cwd, config } = await harness(context)
    const step = async (flags: string): Promise<readonly string[]> => {
      const { exitCode, stdout } = await config(`rotate s.json ${flags} --write`)
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
      return keysOf(await readFile(join(cwd, 's.json'), 'utf8'))
    }
    expect(await step('--add ca-2')).toEqual([`${A} active`, `${B} next`])
    expect(await step('--activate')).toEqual([`${A} retiring`, `${B} active`])
    expect(await step('--back')).toEqual([`${A} active`, `${B} next`])
    expect(await step('--activate')).toEqual([`${A} retiring`, `${B} active`])
    expect(await step('--remove retiring')).toEqual([`${B} active`])
    // The name that is free again is taken again.
    await runCli('ca renew --ca ca-2 --root-key ca/root/ca.key --out ca-3', { cwd, nowMs: NOW_MS })
    expect(await step('--add ca-3')).toEqual([`${B} active`, `${A} next`])
    expect(await step('--remove next')).toEqual([`${B} active`])
  })

  it('says what to do next, and prints the result without --write', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await harness(context)
    const before = await readFile(join(cwd, 's.json'), 'utf8')
    const { exitCode, stdout, stderr } = await config('rotate s.json --add ca-2')
    expect(exitCode).toBe(0)
    expect(keysOf(stdout)).toEqual([`${A} active`, `${B} next`])
    expect(stderr).toBe(`The configuration is valid.

Next:
  1. Save the result as signer.config.json, unless it is there.
  2. npx wrangler secret put ${B} --env production < ca-2/issuing/ca.key
  3. npx edge-issuer worker deploy --env production --secret ${B}=ca-2/issuing/ca.key
`)
    expect(await readFile(join(cwd, 's.json'), 'utf8')).toBe(before)
    const activated = await config('rotate s.json --activate')
    expect(activated.stderr).toContain(
      '"s.json": issuer "default": expected exactly one CA in state next, which becomes active; found 0',
    )
  })

  it('changes nothing else, and keeps the order of the file', async ({ expect, ...context }) => {
    const { cwd, config } = await harness(context)
    const before = await readFile(join(cwd, 's.json'), 'utf8')
    const odd = before.replace('{', '{\n  "$schema": "./x.json",')
    await writeFile(join(cwd, 's.json'), odd)
    await config('rotate s.json --add ca-2 --write')
    await config('rotate s.json --remove next --write')
    expect(await readFile(join(cwd, 's.json'), 'utf8')).toBe(odd)
  })

  it('replaces the file whole, with its mode, also behind a link', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await harness(context)
    await chmod(join(cwd, 's.json'), 0o640)
    await symlink('s.json', join(cwd, 'link.json'))
    expect((await config('rotate link.json --add ca-2 --write')).exitCode).toBe(0)
    expect(keysOf(await readFile(join(cwd, 's.json'), 'utf8'))).toHaveLength(2)
    expect((await stat(join(cwd, 's.json'))).mode & 0o777).toBe(0o640)
  })

  it('adds a CA without its key at hand', async ({ expect, ...context }) => {
    const { cwd, config } = await harness(context)
    await cp(join(cwd, 'ca-2/chain.pem'), join(cwd, 'b/chain.pem'))
    expect((await config('rotate s.json --add b')).exitCode).toBe(0)
  })

  it.for([
    ['rotate s.json', 2, 'give exactly one of --add, --activate, --back and --remove'],
    ['rotate s.json --add ca-2 --activate', 2, 'exactly one of'],
    ['rotate s.json --remove active', 2, '--remove: unknown value "active"'],
    [
      'rotate s.json --back',
      1,
      'expected exactly one CA in state retiring, which becomes active; found 0',
    ],
    ['rotate s.json --remove next', 1, 'issuer "default": there is no CA in state next to remove'],
    ['rotate s.json --activate --issuer web', 1, '"s.json": the configuration has no issuer "web"'],
    ['rotate s.json --add none', 1, '--add: cannot read "none/chain.pem"'],
    [
      'rotate s.json --add ca',
      1,
      '/issuers/default/authorities/1/chain: has the same issuing CA as authorities/0',
    ],
    ['rotate s.json --add mixed', 1, 'CA_KEY_DEFAULT_2" does not belong to the issuing CA'],
    ['rotate none.json --activate', 1, 'cannot read "none.json"'],
    [
      'rotate ca/chain.pem --activate',
      1,
      '"ca/chain.pem": the file is not a configuration of the worker',
    ],
    ['rotate odd.json --activate', 1, 'issuer "default" has no list of authorities'],
  ] as const)('%s is refused', async ([args, code, message], { expect, ...context }) => {
    const { cwd, config } = await harness(context)
    await writeFile(join(cwd, 'odd.json'), '{"issuers": {"default": {"authorities": [1]}}}')
    await cp(join(cwd, 'ca-2'), join(cwd, 'mixed'), { recursive: true })
    await cp(join(cwd, 'ca/issuing/ca.key'), join(cwd, 'mixed/issuing/ca.key'))
    const before = await readFile(join(cwd, 's.json'), 'utf8')
    const { exitCode, stdout, stderr } = await config(`${args} --write`)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('PRIVATE KEY')
    expect(await readFile(join(cwd, 's.json'), 'utf8')).toBe(before)
  })
})
