import { expect, it } from 'vitest'
import { cannotListen } from '../../../cli/src/server/front.ts'

it('names the capability for a port below 1024, and does not send users to a port without publicUrl', () => {
  const denied = Object.assign(new Error('listen EACCES'), { code: 'EACCES' })
  const message = cannotListen({ host: undefined, port: 443 }, denied)
  expect(message).toContain('cannot listen on port 443: permission denied; ')
  expect(message).toContain('AmbientCapabilities=CAP_NET_BIND_SERVICE')
  expect(message).not.toContain('choose')
})
