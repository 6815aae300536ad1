/**
 * Reads pages of the site in a browser.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Browser } from './chromium.ts'

const POLL_INTERVAL_MS = 20
const TIMEOUT_MS = 30_000

/** Size and colors of a screen. */
export interface Screen {
  readonly width: number
  readonly height: number
  readonly isMobile: boolean
  readonly scheme: 'light' | 'dark'
}

/** Makes the page as large as a screen. */
export async function useScreen({ call }: Browser, screen: Screen): Promise<void> {
  const { width, height, isMobile, scheme } = screen
  const metrics = { width, height, deviceScaleFactor: 1, mobile: isMobile }
  await call('Emulation.setDeviceMetricsOverride', metrics)
  const features = [{ name: 'prefers-color-scheme', value: scheme }]
  await call('Emulation.setEmulatedMedia', { features })
}

/** Waits until an expression is true in the page. @throws Error when it does not become true */
export async function waitFor({ evaluate }: Browser, expression: string): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS
  while ((await evaluate(`Boolean(${expression})`)) !== true) {
    if (Date.now() > deadline) throw new Error(`does not become true: ${expression}`)
    await sleep(POLL_INTERVAL_MS)
  }
}

/** Opens a page and waits until its scripts run. */
export async function visit(browser: Browser, url: string): Promise<void> {
  await browser.call('Page.navigate', { url })
  await waitFor(
    browser,
    `location.href === ${JSON.stringify(url)} && document.readyState === 'complete' && document.querySelector('#app').__vue_app__`,
  )
}

const widthsSchema = z.object({ content: z.number(), window: z.number() })

/** @returns Widths in pixels: of what is in the page, and of the window. */
export const measure = async ({ evaluate }: Browser): Promise<z.infer<typeof widthsSchema>> =>
  widthsSchema.parse(
    await evaluate('({ content: document.documentElement.scrollWidth, window: innerWidth })'),
  )

const requestSchema = z.looseObject({ request: z.looseObject({ url: z.string() }) })
const responseSchema = z.looseObject({
  response: z.looseObject({ url: z.string(), status: z.number() }),
})

/** @returns Addresses of all requests of a browser, those for embedded data excluded. */
export const requestsOf = ({ events }: Browser): readonly string[] =>
  events
    .filter(({ method }) => method === 'Network.requestWillBeSent')
    .map(({ params }) => requestSchema.parse(params).request.url)
    .filter((url) => !url.startsWith('data:'))

/** @returns Responses with another status than 200, and what the page reports: errors, violated policies. */
export const complaintsOf = ({ events }: Browser): readonly string[] =>
  events.flatMap(({ method, params }) => {
    if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded')
      return [JSON.stringify(params)]
    if (method !== 'Network.responseReceived') return []
    const { url, status } = responseSchema.parse(params).response
    return status === 200 ? [] : [`${String(status)} ${url}`]
  })
