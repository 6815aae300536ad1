import { err, ok, type Result } from '@edge-issuer/shared'
import { parseDocument } from 'yaml'

/**
 * Reads one YAML document, which can be JSON.
 *
 * @param path - Path of the file, for the error.
 * @returns Its value, or an error that names the line.
 */
export function readDocumentText(text: string, path: string): Result<unknown, string> {
  // YAML reports a name that occurs twice; JSON.parse drops the first one silently.
  const document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined)
    return err(`"${path}" is neither YAML nor JSON: ${firstLine(error.message)}`)
  try {
    return ok(document.toJS())
  } catch (thrown) {
    return err(
      `"${path}" is not valid: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    )
  }
}

/** The rest of the library's message quotes the file. */
const firstLine = (message: string): string => message.split('\n', 1)[0] ?? ''
