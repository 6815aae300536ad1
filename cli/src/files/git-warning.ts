/**
 * A private key in a checkout is one `git add` away from being published.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Git ends with this where a path is ignored. */
const IGNORED = 0

/** Longest time to wait for git, in milliseconds; without its answer the warning is given. */
const GIT_LIMIT_MS = 5_000

/**
 * @param paths - Absolute paths of private files that exist.
 * @returns A line for standard error; nothing when git ignores each of them, or none is in a work tree.
 */
export async function unignoredWarning(paths: readonly string[]): Promise<string | undefined> {
  const unignored: string[] = []
  for (const path of paths) {
    if (isInWorkTree(dirname(path)) && !(await isIgnored(path))) unignored.push(path)
  }
  if (unignored.length === 0) return undefined
  return `warning: private keys are in a git work tree that does not ignore them: ${unignored.join(', ')}; move them, or add them to .gitignore\n`
}

/** A work tree has a folder `.git`, or a file of this name (git-worktree, submodules). */
export function isInWorkTree(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true
  const parent = dirname(folder)
  return parent !== folder && isInWorkTree(parent)
}

/** False without git, and where git cannot tell. */
async function isIgnored(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const args = ['check-ignore', '--quiet', '--no-index', '--', basename(path)]
    const child = execFile('git', args, { cwd: dirname(path), timeout: GIT_LIMIT_MS }, () => {
      resolve(child.exitCode === IGNORED)
    })
  })
}
