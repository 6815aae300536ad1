import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import {
  followCertificateDir,
  readCertificateDir,
} from '../../../relay/src/http/certificate-dir.ts'
import { createSelfSigned, type ServingCertificate } from '../../../relay/src/http/self-signed.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'

const aCertificate = (): ServingCertificate => createSelfSigned('relay', Date.now())

async function aFolder(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  { certificatePem, keyPem }: ServingCertificate = aCertificate(),
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-dir-'))
  onTestFinished(async () => rm(folder, { recursive: true }))
  await write(folder, { certificatePem, keyPem })
  return folder
}

async function write(
  folder: string,
  { certificatePem, keyPem }: ServingCertificate,
): Promise<void> {
  await writeFile(join(folder, 'tls.crt'), certificatePem)
  await writeFile(join(folder, 'tls.key'), keyPem)
}

describe('readCertificateDir', () => {
  it('reads a certificate and its key', async ({ expect, onTestFinished }) => {
    const certificate = aCertificate()
    const folder = await aFolder({ onTestFinished }, certificate)
    expect(await readCertificateDir(folder)).toEqual({ ok: true, value: certificate })
  })

  it.for([
    { name: 'a key of another certificate', part: { keyPem: aCertificate().keyPem } },
    { name: 'no PEM', part: { certificatePem: 'hello' } },
  ])('refuses $name, and quotes nothing', async ({ part }, { expect, onTestFinished }) => {
    const folder = await aFolder({ onTestFinished }, { ...aCertificate(), ...part })
    const read = await readCertificateDir(folder)
    expect(!read.ok && read.error).toContain(`tls.crt and tls.key in ${folder} cannot be used`)
    expect(!read.ok && read.error).not.toContain('PRIVATE KEY')
  })

  it('refuses a folder without them', async ({ expect }) => {
    const read = await readCertificateDir('/does/not/exist')
    expect(!read.ok && read.error).toContain('ENOENT')
  })
})

describe('followCertificateDir', () => {
  it('uses a renewed certificate within a minute, and nothing that is of no use', async ({
    expect,
    onTestFinished,
  }) => {
    const current = aCertificate()
    const directory = await aFolder({ onTestFinished }, current)
    const clock = new FakeClock()
    const log = new RecordingLog()
    const stop = new AbortController()
    const used = Promise.withResolvers<ServingCertificate>()
    const looked: string[] = []
    log.warn = (_fields, message) => looked.push(message)
    const following = followCertificateDir(
      { directory, current, use: (certificate) => used.resolve(certificate), clock, log },
      stop.signal,
    )
    await write(directory, { ...current, certificatePem: 'hello' })
    await clock.advance(60_000)
    while (looked.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(looked).toEqual(['certificate not reloaded'])
    const renewed = aCertificate()
    await write(directory, renewed)
    await clock.advance(60_000)
    expect(await used.promise).toEqual(renewed)
    stop.abort()
    await following
    expect(clock.pendingMs).toEqual([])
  })
})
