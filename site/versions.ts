/**
 * `npm run site:versions -- --out DIR --base PATH`: builds the site of each released version from its tag, with the
 * packages that its package-lock.json names, into a folder of DIR with the name of the tag. DIR is what is published
 * below PATH.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './pages.ts'
import { newestOf, publishedTags, redirectTo } from './version-list.ts'

const { values } = parseArgs({
  options: { out: { type: 'string' }, base: { type: 'string', default: '/' } },
})
if (values.out === undefined) throw new Error('--out is missing; expected a folder to create')
const out = resolve(values.out)

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

const hasSite = (tag: string): boolean => git('ls-tree', tag, 'site/main.ts') !== ''

const tags = publishedTags(
  git('tag', '--list', 'v*', '--sort=-v:refname')
    .split('\n')
    .filter((tag) => tag !== '' && hasSite(tag)),
)
const newest = newestOf(tags)
if (newest === undefined) throw new Error('no tag of a version has a documentation site')

mkdirSync(out)
for (const tag of tags) buildTag(tag)
writeFileSync(join(out, 'index.html'), redirectTo(`${newest}/index.html`))
writeFileSync(join(out, '404.html'), redirectTo(`${values.base}${newest}/index.html`))

function buildTag(tag: string): void {
  const checkout = mkdtempSync(join(tmpdir(), 'edge-issuer-site-'))
  try {
    git('worktree', 'add', '--detach', checkout, tag)
    const options = {
      cwd: checkout,
      stdio: 'inherit',
      env: { ...process.env, SITE_TAG: tag, SITE_TAGS: tags.join(',') },
    } as const
    execFileSync('npm', ['ci', '--ignore-scripts'], options)
    execFileSync('npm', ['run', 'site'], options)
    cpSync(join(checkout, 'site/dist'), join(out, tag), { recursive: true })
  } finally {
    git('worktree', 'remove', '--force', checkout)
    rmSync(checkout, { recursive: true, force: true })
  }
}
