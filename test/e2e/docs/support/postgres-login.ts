/**
 * A PostgreSQL server with the settings of the recipe, and a login with a certificate.
 *
 * @module
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { readMarkdown } from '../../../docs/support/markdown.ts'
import type { PageShell } from './page-shell.ts'

/** Programs of a server that are on PATH, or beside `initdb`. */
const SCRIPT = `
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
cp postgres.crt pg/tls/tls.crt
cp postgres.key pg/tls/tls.key
cp postgres-ca.crt pg/tls/ca.crt
if [ "$(id -u)" = 0 ]; then chown -R postgres pg; fi
as initdb -D "$PWD/pg/data" -U postgres --auth=trust --no-sync > pg-init.log
cat pg/postgresql.conf >> pg/data/postgresql.conf
cp pg/pg_hba.conf pg/pg_ident.conf pg/data/
as postgres -D "$PWD/pg/data" -k "$PWD/pg" -h 127.0.0.1 -p PORT > pg-server.log 2>&1 &
for try in $(seq 60); do
  if psql -h "$PWD/pg" -p PORT -U postgres -d postgres -c 'CREATE ROLE app LOGIN' 2> psql.log; then break; fi
  sleep 0.5
done
psql -At -c 'SELECT current_user, ssl, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()' \\
  "host=postgres.database.svc.cluster.local hostaddr=127.0.0.1 port=PORT user=app dbname=postgres sslmode=verify-full sslrootcert=postgres-ca.crt sslcert=postgres-app.crt sslkey=postgres-app.key"
kill %?postgres
`

/** Whether the programs are here. */
export const hasPostgres = async (shell: PageShell): Promise<boolean> =>
  (await shell.runText('command -v initdb postgres psql | wc -l\n')).trim() === '3'

/**
 * Starts the server in the folder in which the page was run, and logs in as the user of the page.
 *
 * @returns What psql printed.
 */
export async function logIn(shell: PageShell, directory: string): Promise<string> {
  const { blocks } = await readMarkdown('docs/recipes/postgresql.md')
  const texts = blocks.filter(({ info }) => info === 'text').map(({ text }) => text)
  const [settings = '', access = '', users = ''] = texts
  const folder = join(directory, 'pg')
  await mkdir(join(folder, 'tls'), { recursive: true })
  // The server runs as another user, since it refuses root.
  await chmod(directory, 0o711)
  const files = {
    'postgresql.conf': settings.replaceAll('/tls/', `${folder}/tls/`),
    'pg_hba.conf': `local all postgres trust\n${access}`,
    'pg_ident.conf': users,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const [port = 0] = await freePorts(1)
  return shell.runText(SCRIPT.replaceAll('PORT', String(port)))
}
