import dns from 'node:dns'
import { vi } from 'vitest'

/**
 * Answers every lookup of a name in this process until mocks are restored.
 *
 * @param answers - Addresses; each list is the answer to one lookup, the last one to all that follow. An
 *   empty list: the name does not exist.
 */
export function fakeDns(...answers: readonly (readonly string[])[]): void {
  const left = [...answers]
  vi.spyOn(dns, 'lookup').mockImplementation((...args: readonly unknown[]) => {
    const callback = args.at(-1)
    if (typeof callback !== 'function') return
    const [answer = []] = left.length > 1 ? left.splice(0, 1) : left
    const addresses = answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    process.nextTick(() => {
      Reflect.apply(callback, undefined, addresses.length === 0 ? [notFound] : [null, addresses])
    })
  })
}
