import { X509Certificate } from 'node:crypto'
import { createServer, get } from 'node:https'
import { it } from 'vitest'
import { createLocalTls, type LocalTls } from '../../../cli/src/ca/local-tls.ts'

const tlsFor = async (address: string): Promise<LocalTls> =>
  createLocalTls({ commonName: 'test', dnsNames: [], ipAddresses: [address], nowMs: Date.now() })

it('clients that trust the certificate accept the server at its address', async ({
  expect,
  onTestFinished,
}) => {
  const tls = await tlsFor('127.0.0.1')
  const server = createServer({ key: tls.keyPem, cert: tls.certificatePem }, (_, response) => {
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const status = async (host: string, ca?: string): Promise<number | string> =>
    new Promise((resolve) => {
      get({ host, port, agent: false, ...(ca === undefined ? {} : { ca }) }, (response) => {
        resolve(response.resume().statusCode ?? 0)
      }).on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    })
  expect(await status('127.0.0.1', tls.certificatePem)).toBe(200)
  expect(await status('127.0.0.1')).not.toBe(200)
  const other = await tlsFor('127.0.0.2')
  expect(await status('127.0.0.1', other.certificatePem)).not.toBe(200)
  expect(new X509Certificate(tls.certificatePem).ca).toBe(false)
  expect(new X509Certificate(tls.certificatePem).checkIP('127.0.0.2')).toBeUndefined()
})
