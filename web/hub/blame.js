import { endpoint } from './asking.js'
import { HubError } from './error.js'
import { pause } from './pause.js'

/** How long to wait for what tells why, in milliseconds. */
const [PATIENCE, MOMENT] = [1500, 50]

/** What the page's policy has forbidden, by origin. @type {Map<string, string>} */
const forbidden = new Map()

globalThis.document?.addEventListener?.('securitypolicyviolation', ({ blockedURI, effectiveDirective }) => {
  const origin = originOf(blockedURI)
  if (origin) forbidden.set(origin, effectiveDirective)
})

/**
 * Finds out why a request failed of which the browser says no more than that, where it lets one tell: what forbids it is
 * in the page, in the browser or on the hub, and none of that is the network's fault.
 * @param {HubError} failure
 * @param {URL} base The hub that could not be reached.
 * @param {import('./settings.js').Settings} settings
 * @returns {Promise<HubError>} One that says more, or the same.
 */
export async function blame(failure, base, settings) {
  const page = globalThis.location
  if (!page || !(failure.cause instanceof TypeError)) return failure
  const isAnswered = await isThere(base, settings)
  // What a policy forbids is told a moment later than it fails.
  if (!isAnswered) await pause(MOMENT)
  const what = reason(base, page, isAnswered)
  return what ? new HubError(what, { cause: failure.cause }) : failure
}

/** @param {URL} base @param {Location} page @param {boolean} isAnswered Whether the hub answers a request that nobody reads. */
function reason(base, page, isAnswered) {
  const directive = forbidden.get(base.origin)
  if (directive) return `the page's Content-Security-Policy forbids it: its ${directive} needs ${base.origin}`
  if (isMixed(base, page)) return `a page of https: may not ask ${base.origin}, which is not encrypted (mixed content)`
  if (!isAnswered) return undefined
  if (base.origin === page.origin) return 'the request was blocked before it came to the hub, say by an ad blocker'
  return `${base.origin} answers, but lets no page of ${page.origin} read that (CORS): the hub needs --cors-origin ${page.origin}`
}

/**
 * Whether browsers refuse a hub's address to a page since it is not encrypted. This machine itself is trusted.
 * @param {URL} base
 * @param {{ protocol: string }} page
 */
export function isMixed({ protocol, hostname }, page) {
  return page.protocol === 'https:' && protocol === 'http:' && !/^(.+\.)?localhost$|^127\.|^\[::1\]$/.test(hostname)
}

/** @param {URL} base @param {import('./settings.js').Settings} settings */
async function isThere(base, { fetch }) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), PATIENCE)
  try {
    // Without a look at the answer no origin has to be allowed.
    await fetch(endpoint(base, 'health/live'), { mode: 'no-cors', cache: 'no-store', signal: controller.signal })
    return true
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

/** @param {string} url */
function originOf(url) {
  try {
    return new URL(url).origin.replace(/^ws/, 'http')
  } catch {
    return undefined
  }
}
