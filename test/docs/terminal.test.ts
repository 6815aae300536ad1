/** The picture of a terminal in README.md. */
import { describe, it } from 'vitest'
import { terminalPicture } from '../../docs/tools/terminal-picture.ts'
import { terminalSvg, transcriptOf } from '../../docs/tools/terminal-svg.ts'

describe('docs/terminal.svg', async () => {
  const { current, wanted } = await terminalPicture()

  it('is made of the recorded terminal; `npm run docs` writes it', ({ expect }) => {
    expect(current).toBe(wanted)
  })

  it('has no script, loads nothing, and has colors for light and dark', ({ expect }) => {
    expect(current).not.toMatch(/<script|href|url\(|@import|\bon[a-z]+=/u)
    expect(current).toContain('prefers-color-scheme: dark')
  })

  it('shows a certificate', ({ expect }) => {
    expect(current).toContain('requests: 2 issued')
    expect(current).toMatch(/>True</u)
  })
})

it('a line is escaped, and cut at the edge of the picture', ({ expect }) => {
  const svg = terminalSvg(`$ echo <&>\n${'x'.repeat(97)}\n`)
  expect(svg).toContain('echo &lt;&amp;&gt;')
  expect(svg).toContain(`>${'x'.repeat(95)}…<`)
})

it('the transcript ends with the first certificate, without the line about a Pod', ({ expect }) => {
  const output = [
    '',
    'Starting',
    '  ok  a  1.00 s',
    'edge-issuer status',
    '  relay  host_1 leads',
    '         unknown: the version: pods "host" not found',
    '',
    '  KIND',
    '  0  subject  x',
    '',
    '  1  subject  y',
  ].join('\n')
  expect(transcriptOf('demo', output)).toBe(
    '$ demo\nStarting\n  ok  a  1.00 s\nedge-issuer status\n  KIND\n  0  subject  x\n',
  )
})
