/**
 * A recorded terminal as a picture: SVG without scripts and without fonts of its own, for light and dark pages.
 *
 * @module
 */

/** Longer lines are cut. */
const COLUMNS = 96
const FONT_SIZE = 13
const CHARACTER_WIDTH = 7.83
const LINE_HEIGHT = 19
const MARGIN = 22
/** Of the bar with the three dots. */
const BAR_HEIGHT = 34

/** About the Pod of the relay, which has none while it runs on the machine of the demo. */
const ABOUT_THE_POD = /^ {2}(?:relay {2}| {7}unknown: ).*\n\n?/gmu

/**
 * @param output - Of the demo.
 * @returns What the picture shows of it: the steps, the state of the issuers, and the first certificate.
 */
export function transcriptOf(command: string, output: string): string {
  const lines = output.replaceAll(ABOUT_THE_POD, '').split('\n')
  const end = lines.findIndex((line) => line.startsWith('  1  '))
  const shown = lines.slice(0, end === -1 ? lines.length : end)
  return `$ ${command}\n${shown.join('\n').trim()}\n`
}

/** @param transcript - Lines; those that begin with `$ ` are commands. */
export function terminalSvg(transcript: string): string {
  const lines = transcript.trimEnd().split('\n')
  const width = Math.ceil(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN)
  const height = BAR_HEIGHT + lines.length * LINE_HEIGHT + MARGIN
  const texts = lines.map((line, index) => {
    const y = BAR_HEIGHT + (index + 1) * LINE_HEIGHT
    return line === ''
      ? ''
      : `  <text x="${String(MARGIN)}" y="${String(y)}">${colored(cut(line))}</text>\n`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img">
  <title>${escape(lines[0]?.replace(/^\$ /u, '') ?? '')}</title>
  <style>
    svg { --back: #f6f8fa; --edge: #d0d7de; --text: #1f2328; --soft: #59636e; --good: #116329; --name: #0550ae }
    @media (prefers-color-scheme: dark) {
      svg { --back: #161b22; --edge: #30363d; --text: #e6edf3; --soft: #9198a1; --good: #56d364; --name: #79c0ff }
    }
    text { font: ${String(FONT_SIZE)}px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace; fill: var(--text); white-space: pre }
    .soft { fill: var(--soft) } .good { fill: var(--good) } .name { fill: var(--name) } .strong { font-weight: 600 }
  </style>
  <rect x="0.5" y="0.5" width="${String(width - 1)}" height="${String(height - 1)}" rx="8" style="fill: var(--back); stroke: var(--edge)"/>
  <g style="fill: var(--edge)"><circle cx="20" cy="17" r="5"/><circle cx="38" cy="17" r="5"/><circle cx="56" cy="17" r="5"/></g>
${texts.join('')}</svg>
`
}

const cut = (line: string): string =>
  line.length <= COLUMNS ? line : `${line.slice(0, COLUMNS - 1)}…`

/** Parts of a line that have a color: the first rule that fits. */
const RULES: readonly { readonly pattern: RegExp; readonly classes: readonly string[] }[] = [
  { pattern: /^(\$ )(.+)$/u, classes: ['soft', 'strong'] },
  { pattern: /^( +)(ok)(.*?)([\d.]+ s)$/u, classes: ['', 'good', '', 'soft'] },
  { pattern: /^( +[A-Z].* )(True)( .*)$/u, classes: ['', 'good', ''] },
  { pattern: /^( +)([A-Z][A-Z0-9 -]+)$/u, classes: ['', 'soft'] },
  {
    pattern: /^( +(?:\d )? *)(subject|names|validity|issuer|sha256)( .*)$/u,
    classes: ['', 'name', ''],
  },
  { pattern: /^(\S.*)$/u, classes: ['strong'] },
]

function colored(line: string): string {
  for (const { pattern, classes } of RULES) {
    const [, ...parts] = pattern.exec(line) ?? []
    if (parts.length > 0) return parts.map((part, index) => span(part, classes[index])).join('')
  }
  return escape(line)
}

const span = (text: string, name = ''): string =>
  name === '' ? escape(text) : `<tspan class="${name}">${escape(text)}</tspan>`

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
