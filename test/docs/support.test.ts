/** The tools by which the documents are checked. */
import { describe, it } from 'vitest'
import { missingLine, patternOf } from './support/expected-output.ts'
import { anchorsOf, codeSpansOf, linksOf, parseMarkdown } from './support/markdown.ts'

const TEXT = `# One \`two\`, and [three](a.md)

<!-- not run: needs a moon -->

\`\`\`sh
# no heading
echo [no](link.md)
\`\`\`

# Same
# Same

See [a](b.md#c "title") and \`[no](d.md)\`, \`\`e \` f\`\`.

  \`\`\`text
  indented
    more
  \`\`\`
`

describe('a document', () => {
  const document = parseMarkdown('x.md', TEXT)

  it('has blocks, with the comment above and without the indentation', ({ expect }) => {
    expect(document.blocks).toEqual([
      {
        info: 'sh',
        text: '# no heading\necho [no](link.md)\n',
        line: 6,
        comment: 'not run: needs a moon',
      },
      { info: 'text', text: 'indented\n  more\n', line: 16, comment: '' },
    ])
  })

  it('has the anchors that GitHub makes', ({ expect }) => {
    expect([...anchorsOf(document)]).toEqual(['one-two-and-three', 'same', 'same-1'])
  })

  it('has links and code, each with its line; in code there is no link', ({ expect }) => {
    expect(linksOf(document)).toEqual([
      { text: 'a.md', place: 'x.md:1' },
      { text: 'b.md#c', place: 'x.md:13' },
    ])
    expect(codeSpansOf(document).map(({ text }) => text)).toEqual(['two', '[no](d.md)', 'e ` f'])
  })

  it('with a block that is not closed is refused', ({ expect }) => {
    expect(() => parseMarkdown('x.md', 'a\n```\nb\n')).toThrow('x.md:3: a block is not closed')
  })
})

describe('output', () => {
  const printed = 'a  1\nb 2\nc (3)\n'

  it.for([
    ['a 1\nc (3)\n', undefined],
    ['…1\nb …\n', undefined],
    ['c (3)\nb 2\n', 'b 2'],
    ['b\n', 'b'],
    ['c .3.\n', 'c .3.'],
  ] as const)('%j lacks %j', ([expected, missing], { expect }) => {
    expect(missingLine(expected, printed)).toBe(missing)
  })

  it('a pattern is of the whole text', ({ expect }) => {
    expect(patternOf('a … b').test('a x b')).toBe(true)
    expect(patternOf('a … b').test('a x bc')).toBe(false)
  })
})
