/**
 * The SQL of ServiceAccount tokens: a token signs many requests, and is kept once.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { TOKEN_HEADER } from '@edge-issuer/shared'
import type { Evidence } from '../model/evidence.ts'

/** A signature base as it is kept. */
export interface KeptBase {
  /** Without the token in its line. */
  readonly signatureBase: string
  readonly tokenId: number | null
}

const LINE = `\n"${TOKEN_HEADER}": `

/** Keeps the token of a signature base, if it has one, unless it is there. */
export function keepToken(sql: SqlStorage, { signatureBase, token }: Evidence): KeptBase {
  if (token === undefined) return { signatureBase, tokenId: null }
  const sha256 = hash('sha256', token, 'buffer')
  sql.exec('INSERT OR IGNORE INTO token (sha256, token) VALUES (?, ?)', sha256, token)
  const { id } = sql.exec<{ id: number }>('SELECT id FROM token WHERE sha256 = ?', sha256).one()
  return { signatureBase: signatureBase.replace(LINE + token, LINE), tokenId: id }
}

/** Deletes the row of a certificate, and its token when no other row has it. */
export function dropIssuance(sql: SqlStorage, seq: number): void {
  const dropped = sql
    .exec<{ token_id: number | null }>('DELETE FROM issuance WHERE seq = ? RETURNING token_id', seq)
    .toArray()
  for (const { token_id: id } of dropped) {
    if (id === null) continue
    sql.exec(
      'DELETE FROM token WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM issuance WHERE token_id = ?1)',
      id,
    )
  }
}

/** The signature base that {@link keepToken} was given. */
export const withToken = (signatureBase: string, token: string | null): string =>
  // A function, since a text would be read as a pattern.
  token === null ? signatureBase : signatureBase.replace(LINE, () => LINE + token)
