/**
 * The command around the checks; what it finds is in ../verify-against-worker.test.ts.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { aRecord } from '../support/admin-harness.ts'
import { type Outcome, runCli, temporaryFolder } from '../support/run-cli.ts'

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
    expect(stderr).toContain('edge-issuer certificates verify: 2 of 2 records failed\n')
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
    ['certificates verify', 2, 'FILE: a value is required'],
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
    ['certificates verify nothing', 1, 'cannot read "nothing": no such file'],
  ] as const)('%s ends with %i', async ([command, code, message], { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await writeFile(join(cwd, 'x.ndjson'), BAD)
    const { exitCode, stderr } = await runCli(command, { cwd })
    expect(exitCode).toBe(code)
    expect(stderr).toContain(message)
  })
})

const verify = async (
  content: string,
  context: Parameters<typeof temporaryFolder>[0],
): Promise<Outcome> => {
  const cwd = await temporaryFolder(context)
  return runCli('certificates verify -', { cwd, stdin: Buffer.from(content) })
}

describe('a file that is no export', () => {
  it.for([
    ['an empty line', '\n', 'line 1: the line is not JSON'],
    ['JSON of something else', '{}\n', 'line 1: the line is not a record of an export: issuer: '],
    ['octets', '\u0000\n', 'line 1: the line is not JSON'],
    [
      'a line without end',
      `${'x'.repeat(2_097_153)}\n{}\n`,
      'line 1: the line exceeds the maximum of 2097152 bytes\nline 2: ',
    ],
  ] as const)('%s', async ([, content, finding], { expect, ...context }) => {
    const { exitCode, stdout } = await verify(content, context)
    expect(exitCode).toBe(1)
    expect(stdout).toContain(finding)
  })

  it('a record with a member more, in the record or in the evidence', async ({
    expect,
    ...context
  }) => {
    const record = aRecord()
    for (const more of [
      { ...record, more: 1 },
      { ...record, evidence: { ...record.evidence, more: 1 } },
    ]) {
      const { exitCode, stdout } = await verify(`${JSON.stringify(more)}\n`, context)
      expect(exitCode).toBe(1)
      expect(stdout).toContain('Unrecognized key: "more"')
    }
  })

  it('a record with a member twice', async ({ expect, ...context }) => {
    const line = JSON.stringify(aRecord()).replace('{', '{"uid":"other",')
    const { stdout } = await verify(line, context)
    expect(stdout).toContain(
      'the line is not in the form in which the export writes records: it has white space, or a duplicate member',
    )
  })

  it('is empty: nothing is wrong with nothing', async ({ expect, ...context }) => {
    const { exitCode, stderr } = await verify('', context)
    expect(exitCode).toBe(0)
    expect(stderr).toContain('0 records: 0 verified, 0 failed\n')
  })
})
