import { err, ok, type Result } from '@edge-issuer/shared'
import { LineCounter, parseDocument, type Tags } from 'yaml'

/** Types that go-yaml, and so kubectl, reads as text. */
const NOT_IN_GO = (tag: Exclude<Tags[number], string>): boolean =>
  tag.format === 'TIME' || tag.tag === 'tag:yaml.org,2002:timestamp'

/**
 * Parses YAML as kubectl does: YAML 1.1 with merge keys, the last of duplicate keys, and the first of
 * several documents. JSON is YAML.
 *
 * @returns An error text with the position, and never with a part of the text, which may hold secrets.
 */
export function parseYaml(text: string): Result<unknown, string> {
  const lines = new LineCounter()
  try {
    const document = parseDocument(text, {
      version: '1.1',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
      customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !NOT_IN_GO(tag)),
    })
    const problem = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS')
    if (problem !== undefined) {
      const { line, col } = lines.linePos(problem.pos[0])
      return err(`invalid YAML at line ${String(line)}, column ${String(col)} (${problem.code})`)
    }
    const value: unknown = document.toJS()
    return ok(value)
  } catch {
    // Too deep, too many aliases, or an alias without an anchor.
    return err('invalid YAML: its nesting or its aliases cannot be resolved')
  }
}
