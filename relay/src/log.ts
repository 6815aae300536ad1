import { visibleLines } from '@edge-issuer/shared'
import pino from 'pino'

/** Facts of a log line. Never a key, a token, a CSR or a URL with credentials. */
export type LogFields = Readonly<Record<string, unknown>>

/** Where a part of the relay writes its log. A message is a constant text; what varies is a field. */
export interface Log {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** A log that adds `fields` to each line. */
  child(fields: LogFields): Log
}

/** How the log is written. */
export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** `json`: one object a line. `text`: human-readable, `time level message key=value …`. */
  readonly format: 'json' | 'text'
}

/** Takes finished lines, each with its newline. */
export interface LogSink {
  write(line: string): void
}

/** Fields that are never written, should one slip in: the second line of defence, not the first. */
const SECRET_FIELDS = [
  'authorization',
  'Authorization',
  'password',
  'privateKey',
  'privateKeyPem',
  'private-key.pem',
  'secret',
  'token',
  'csr',
].flatMap((name) => [`["${name}"]`, `*["${name}"]`])

/** Makes the log of the process. It is written at once, so that the last line before an end is there. */
export function createLog(options: LogOptions, sink: LogSink = pino.destination(1)): Log {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }), log: printableFields },
    redact: { paths: SECRET_FIELDS, censor: '[redacted]' },
  }
  return visibleLog(pino(settings, options.format === 'json' ? sink : textSink(sink)))
}

/** Longest text of a field, in UTF-16 code units: messages may quote what a tenant wrote. */
const MAX_FIELD_CHARACTERS = 4_096

/** The formatter of fields is not applied to those of a child. */
const visibleLog = (log: Log): Log => ({
  debug: (fields, message) => log.debug(fields, message),
  info: (fields, message) => log.info(fields, message),
  warn: (fields, message) => log.warn(fields, message),
  error: (fields, message) => log.error(fields, message),
  child: (fields) => visibleLog(log.child(printableFields(fields))),
})

/** Names and errors are text of others: bounded, and without characters that are not seen. */
const printableFields = (fields: LogFields): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, printableValue(value)]))

function printableValue(value: unknown): unknown {
  if (typeof value === 'string') return visibleLines(bounded(value))
  if (Array.isArray(value)) return value.map(printableValue)
  return isPlain(value) ? printableFields(value) : value
}

const bounded = (text: string): string =>
  text.length > MAX_FIELD_CHARACTERS
    ? `${text.slice(0, MAX_FIELD_CHARACTERS)}…`.toWellFormed()
    : text

const isPlain = (value: unknown): value is LogFields =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** Renders each JSON line as text; strings are quoted where they hold more than a word. */
function textSink(sink: LogSink): LogSink {
  return {
    write: (line) => {
      const { time, level, message, ...fields } = JSON.parse(line)
      const facts = Object.entries(fields).map(([name, value]) => ` ${name}=${inText(value)}`)
      sink.write(`${time} ${level.toUpperCase().padEnd(5)} ${message}${facts.join('')}\n`)
    },
  }
}

function inText(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@-]+$/u.test(value)) return value
  return JSON.stringify(value)
}
