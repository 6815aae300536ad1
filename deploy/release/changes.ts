/**
 * @param changelog - The text of CHANGELOG.md, with a heading `## VERSION` for each release, optionally followed by more
 *   text.
 * @returns The section of a release, if it exists.
 */
export function changesOf(version: string, changelog: string): string | undefined {
  const sections = changelog.split(/^## /mu).slice(1)
  const section = sections.find((text) => /^\S+/u.exec(text)?.[0] === version)
  const text = section?.slice(section.indexOf('\n')).trim()
  return text === '' ? undefined : text
}

/**
 * @param title - Heading for the section that is not released, or that of a release candidate: `1.2.0 (2026-11-30)`.
 * @returns The text of CHANGELOG.md with this heading instead; the same text if it has no such section.
 */
export function withReleasedChanges(title: string, changelog: string): string {
  const version = /^\S+/u.exec(title)?.[0] ?? ''
  const open = changelog
    .split('\n')
    .find((line) => line === '## Unreleased' || line.startsWith(`## ${version}-`))
  return open === undefined ? changelog : changelog.replace(`${open}\n`, () => `## ${title}\n`)
}
