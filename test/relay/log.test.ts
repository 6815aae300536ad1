import { INVISIBLE } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { createLog, type LogOptions } from '../../relay/src/log.ts'

const aLog = (part: Partial<LogOptions> = {}) => {
  const lines: string[] = []
  const sink = { write: (line: string) => lines.push(line) }
  return { log: createLog({ level: 'info', format: 'json', ...part }, sink), lines }
}

/** The time of a line is the machine's; it is checked for its form alone. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u

describe('createLog', () => {
  it('writes one object a line', ({ expect }) => {
    const { log, lines } = aLog()
    log.info({ key: 'ns/a', delayMs: 5 }, 'reconcile will be retried')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^\{.*\}\n$/u)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(TIME),
      key: 'ns/a',
      delayMs: 5,
      message: 'reconcile will be retried',
    })
  })

  it.for(['json', 'text'] as const)(
    'has no character that is not seen, as %s',
    (format, { expect }) => {
      const { log, lines } = aLog({ format })
      const text = 'a\u202Eb\u009B2J\u007F\u2028c\u{E0041}\u200B'
      log.child({ of: text }).info({ key: text, list: [text], within: { deep: text } }, 'text')
      expect(lines[0]?.slice(0, -1).search(INVISIBLE)).toBe(-1)
      expect(lines[0]?.match(/ab 2J c/g)).toHaveLength(4)
    },
  )

  it('keeps the lines of a stack', ({ expect }) => {
    const { log, lines } = aLog()
    log.error({ stack: 'Error: a\n\tat b' }, 'text')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ stack: 'Error: a\n\tat b' })
  })

  it('adds the fields of a child', ({ expect }) => {
    const { log, lines } = aLog()
    log.child({ controller: 'issuer' }).warn({ key: 'a' }, 'text')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ controller: 'issuer', key: 'a' })
  })

  it.for([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('writes from level %s upwards', ([level, wanted], { expect }) => {
    const { log, lines } = aLog({ level })
    for (const at of ['debug', 'info', 'warn', 'error'] as const) log[at]({}, 'text')
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(wanted)
  })

  it.for([
    ['authorization'],
    ['Authorization'],
    ['password'],
    ['privateKey'],
    ['privateKeyPem'],
    ['private-key.pem'],
    ['secret'],
    ['token'],
    ['csr'],
  ] as const)('never writes a field called %s', ([name], { expect }) => {
    const { log, lines } = aLog()
    log.info({ [name]: 'hush', headers: { [name]: 'hush' }, key: 'a' }, 'text')
    expect(lines[0]).not.toContain('hush')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ [name]: '[redacted]', key: 'a' })
  })

  it('cuts a text that is very long', ({ expect }) => {
    const { log, lines } = aLog()
    log.info({ key: 'a', cause: 'x'.repeat(1_000_000), stack: undefined }, 'text')
    expect(lines[0]?.length).toBeLessThan(4_300)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ key: 'a', message: 'text' })
  })

  it('writes text for people', ({ expect }) => {
    const { log, lines } = aLog({ format: 'text' })
    log.warn(
      { key: 'ns/a', delayMs: 5, cause: 'two messages', of: { a: null }, token: 'x' },
      'failed',
    )
    const [time, ...rest] = (lines[0] ?? '').split(' ')
    expect(time).toMatch(TIME)
    expect(rest.join(' ')).toBe(
      'WARN  failed key=ns/a delayMs=5 cause="two messages" of={"a":null} token="[redacted]"\n',
    )
  })

  it('keeps text on one line', ({ expect }) => {
    const { log, lines } = aLog({ format: 'text' })
    log.error({ error: 'first\nsecond' }, 'failed')
    expect(lines[0]).toContain(String.raw`error="first\nsecond"`)
  })
})
