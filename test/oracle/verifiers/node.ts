import { X509Certificate } from 'node:crypto'
/**
 * Node's TLS as a relying party: a handshake in this process, with Node's own check of host names.
 * @module
 */
import { once } from 'node:events'
import { connect as connectTcp, isIP } from 'node:net'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { toPem } from '@edge-issuer/testbed/pki/x509'
import { inBatches } from './batches.ts'
import { peerServer } from './peer-server.ts'
import { presentAsServer, presentedPem, WEAK_KEYS_TOO } from './tls-server.ts'
import { NOT_CHECKED, type Presented, type Probe, type Refused, type Verifier } from './verifier.ts'

const BATCH_SIZE = 4

export const nodeVerifier: Verifier = {
  name: 'Node',
  version: async () => Promise.resolve(`Node ${process.version}`),
  verify: (probes) => inBatches(probes, BATCH_SIZE, verify),
}

async function verify({ presented, use }: Probe): Promise<Refused> {
  try {
    switch (use.kind) {
      case 'server': {
        return await verifyServer(presented, use.host)
      }
      case 'client': {
        return await verifyClient(presented)
      }
      case 'email': {
        const found = new X509Certificate(presented.certificate).checkEmail(use.address)
        return found === undefined ? 'checkEmail finds no such address' : undefined
      }
      case 'uri':
      case 'usage':
      case 'chain': {
        return NOT_CHECKED
      }
    }
  } catch (error) {
    return String(error)
  }
}

async function verifyServer(presented: Presented, host: string): Promise<Refused> {
  await using server = await presentAsServer(presented)
  const socket = connect({
    socket: connectTcp(server.port, '127.0.0.1'),
    ...(isIP(host) === 0 ? { servername: host } : { host }),
    ca: toPem('CERTIFICATE', presented.root),
    ciphers: WEAK_KEYS_TOO,
  })
  return await outcome(socket, 'secureConnect')
}

async function verifyClient(presented: Presented): Promise<Refused> {
  const peer = peerServer()
  const server = createServer({
    cert: peer.pem,
    key: peer.key.privateKeyPem,
    requestCert: true,
    rejectUnauthorized: true,
    ca: toPem('CERTIFICATE', presented.root),
    ciphers: WEAK_KEYS_TOO,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const result = Promise.withResolvers<Refused>()
  server.once('secureConnection', () => {
    result.resolve(undefined)
  })
  server.once('tlsClientError', (error) => {
    result.resolve(String(error))
  })
  const client = connect({
    port: address.port,
    host: '127.0.0.1',
    cert: presentedPem(presented),
    key: presented.key.privateKeyPem,
    rejectUnauthorized: false,
    ciphers: WEAK_KEYS_TOO,
  })
  client.on('error', () => undefined)
  try {
    return await result.promise
  } finally {
    client.destroy()
    server.close()
  }
}

function outcome(socket: TLSSocket, event: 'secureConnect'): Promise<Refused> {
  const result = Promise.withResolvers<Refused>()
  socket.once(event, () => {
    result.resolve(undefined)
  })
  socket.once('error', (error) => {
    result.resolve(String(error))
  })
  return result.promise.finally(() => socket.destroy())
}
