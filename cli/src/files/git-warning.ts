/**
 * Warns about private keys in a git work tree, where one `git add` could publish them.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ancestry } from './ancestry.ts'

/** Exit code of `git check-ignore` for an ignored path. */
const IGNORED = 0

/** Timeout for git, in milliseconds; the warning is printed if it expires. */
const GIT_LIMIT_MS = 5_000

/**
 * @param paths - Absolute paths of private files that exist.
 * @returns A line for standard error; `undefined` if no path is in a work tree without being ignored.
 */
export async function unignoredWarning(paths: readonly string[]): Promise<string | undefined> {
  const unignored: string[] = []
  for (const path of paths) {
    if (isInWorkTree(dirname(path)) && !(await isIgnored(path))) unignored.push(path)
  }
  if (unignored.length === 0) return undefined
  return `warning: private keys are in a git work tree that does not ignore them: ${unignored.join(', ')}; move them, or add them to .gitignore\n`
}

/** Whether a folder is in a git work tree, which has a folder `.git` or a file of this name (git-worktree, submodules). */
export const isInWorkTree = (folder: string): boolean =>
  ancestry(folder).some((one) => existsSync(join(one, '.git')))

/** Whether git ignores a path; false if git is missing or fails. */
async function isIgnored(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const args = ['check-ignore', '--quiet', '--no-index', '--', basename(path)]
    const child = execFile('git', args, { cwd: dirname(path), timeout: GIT_LIMIT_MS }, () => {
      resolve(child.exitCode === IGNORED)
    })
  })
}
