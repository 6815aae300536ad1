/**
 * Turns cert-manager's CRD into one of before version 1.20: the API server then refuses to select
 * CertificateRequests by a field.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import type { Api } from '../cluster/api.ts'
import { REQUESTS_PATH } from '../cluster/requests.ts'

const PATCH = JSON.stringify([{ op: 'remove', path: '/spec/versions/0/selectableFields' }])
const SELECTED = `${REQUESTS_PATH}?limit=1&fieldSelector=spec.issuerRef.group%3Dexample.com`
const POLL_MS = 100
const LIMIT_MS = 60_000

/** Returns when the API server refuses, which it does a moment after the CRD has changed. */
export async function dropSelectableFields(plane: ControlPlane, api: Api): Promise<void> {
  const crd = 'certificaterequests.cert-manager.io'
  const { code, stderr } = await plane.kubectl(['patch', 'crd', crd, '--type=json', '-p', PATCH])
  if (code !== 0) throw new Error(`the CRD could not be changed: ${stderr}`)
  const deadlineMs = performance.now() + LIMIT_MS
  while (await isAllowed(api)) {
    if (performance.now() > deadlineMs) throw new Error('fields of requests stay selectable')
    await sleep(POLL_MS)
  }
}

async function isAllowed(api: Api): Promise<boolean> {
  try {
    await api.send({ method: 'GET', path: SELECTED })
    return true
  } catch (error) {
    if (error instanceof Error && error.message.includes('field label not supported')) return false
    throw error
  }
}
