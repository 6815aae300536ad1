/**
 * What release.yaml does in which order, and where.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { describe, it } from 'vitest'
import { parseWorkflow } from './rules.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const { jobs } = parseWorkflow(
  await readFile(join(REPOSITORY, '.github/workflows/release.yaml'), 'utf8'),
)

/** @returns The jobs that must succeed before a job runs. */
function before(job: string): readonly string[] {
  const needs = jobs[job]?.needs ?? []
  return [...needs, ...needs.flatMap((name) => before(name))]
}

describe('the order', () => {
  it('nothing is published before everything is tested and built', ({ expect }) => {
    const publishing = Object.keys(jobs).filter((name) => name.startsWith('publish'))
    expect(publishing).toHaveLength(5)
    for (const name of publishing)
      expect(before(name)).toEqual(
        expect.arrayContaining(['version', 'ci', 'kind', 'build', 'build-site']),
      )
  })

  it('the images are there before what refers to them', ({ expect }) => {
    for (const name of ['publish-charts', 'publish-package', 'publish'])
      expect(before(name)).toContain('publish-images')
  })

  it('the release is there before the site that has commands for it', ({ expect }) => {
    expect(before('publish-site')).toContain('publish')
  })
})

it('what publishes first, and what npm trusts, run in the environment with a review', ({
  expect,
}) => {
  const environments = Object.entries(jobs).flatMap(([name, { environment }]) =>
    environment === undefined ? [] : [[name, environment]],
  )
  expect(Object.fromEntries(environments)).toEqual({
    'publish-images': 'release',
    'publish-package': 'release',
    'publish-site': 'github-pages',
  })
})

it('artifacts are there for as long as failed jobs can run again', ({ expect }) => {
  const days = Object.values(jobs)
    .flatMap(({ steps }) => steps)
    .filter(({ uses }) => uses?.startsWith('actions/upload-artifact@') === true)
    .map((step) => step.with['retention-days'])
  expect(days).toEqual([30, 30])
})

it('the build leaves the checkout unmodified: git ignores the image archives', async ({
  expect,
}) => {
  const outputs = (jobs['build']?.steps ?? []).flatMap((step) => {
    const { outputs: output } = step.with
    return typeof output === 'string' ? [output.replace('type=oci,dest=', '')] : []
  })
  expect(outputs).toHaveLength(3)
  const { stdout } = await runCommand({
    command: 'git',
    args: ['check-ignore', ...outputs],
    cwd: REPOSITORY,
    env: { PATH: process.env['PATH'] },
  })
  expect(stdout.trim().split('\n')).toEqual(outputs)
})
