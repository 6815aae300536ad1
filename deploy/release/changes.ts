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
