/**
 * The command around the checks; what it finds is in ../verify-against-worker.test.ts.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

const BAD = '{\n'
const FINDING = 'the line is not JSON'

describe('certificates verify', () => {
  it('reads standard input', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const stdin = Buffer.from(BAD.repeat(2))
    const { exitCode, stdout, stderr } = await runCli('certificates verify -', { cwd, stdin })
    expect({ exitCode, stdout }).toEqual({
      exitCode: 1,
      stdout: `line 1: ${FINDING}\nline 2: ${FINDING}\n`,
    })
    expect(stderr).toContain('2 records: 0 verified, 2 failed\n')
    expect(stderr).toContain('edge-issuer certificates verify: 2 of 2 records fail\n')
  })

  it('--json keeps a bounded number of findings, and counts the rest', async ({
    expect,
    ...context
  }) => {
    const cwd = await temporaryFolder(context)
    const stdin = Buffer.from(BAD.repeat(10_003))
    const { exitCode, stdout } = await runCli('certificates verify - --json', { cwd, stdin })
    expect(exitCode).toBe(1)
    const result: unknown = JSON.parse(stdout)
    expect(result).toMatchObject({ records: 10_003, failed: 10_003, findingsOmitted: 3 })
    expect(result).toHaveProperty('findings.length', 10_000)
    expect(result).toHaveProperty('findings.0', { line: 1, uid: null, finding: FINDING })
  })

  it('shows progress on a terminal, and takes it away', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const stdin = Buffer.from(BAD.repeat(250))
    const surroundings = { cwd, stdin, showsProgress: true }
    const { stderr } = await runCli('certificates verify - --json', surroundings)
    const erase = '\u{1b}[2K\r'
    expect(stderr).toContain(
      `${erase}100 records${erase}200 records${erase}250 records: 0 verified`,
    )
  })

  it.for([
    ['certificates verify', 2, 'FILE: it is required'],
    [
      'certificates verify x.ndjson --client-keys nothing',
      1,
      '--client-keys: cannot read "nothing"',
    ],
    ['certificates verify x.ndjson --ca-file nothing', 1, '--ca-file: cannot read "nothing"'],
    [
      'certificates verify x.ndjson --ca-file x.ndjson',
      1,
      '--ca-file: "x.ndjson": expected "-----BEGIN',
    ],
    ['certificates verify nothing', 1, 'cannot read "nothing": there is no such file'],
  ] as const)('%s ends with %i', async ([command, code, message], { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await writeFile(join(cwd, 'x.ndjson'), BAD)
    const { exitCode, stderr } = await runCli(command, { cwd })
    expect(exitCode).toBe(code)
    expect(stderr).toContain(message)
  })
})
