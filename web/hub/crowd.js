import { sharesOf } from './share_name.js'

/** How many streams of an origin are open before others take a WebSocket: two of a browser's six connections are for requests. */
const STREAMS = 4

/**
 * The transports that tabs try, in their order. Over HTTP/1.1 a browser opens six connections to a host, for all its tabs, of which
 * each stream takes one for good; WebSockets are none of them.
 * @param {import('./settings.js').Settings} settings
 * @param {string} name What the tabs share.
 * @returns {Promise<string[]>}
 */
export async function transportsAmong({ bases, transports }, name) {
  if (transports[0] !== 'sse' || !transports.includes('ws') || isMultiplexed(bases[0])) return transports
  const { held = [] } = await navigator.locks.query()
  const others = held.filter((lock) => lock.name !== name && sharesOf(lock.name ?? '')?.[0] === bases[0].href)
  if (others.length < STREAMS) return transports
  return ['ws', ...transports.filter((transport) => transport !== 'ws')]
}

/** Whether the hub is where the page comes from, over HTTP/2 or later, so that all streams have one connection. @param {URL} base */
function isMultiplexed({ origin }) {
  const [page] = performance.getEntriesByType('navigation')
  return origin === location.origin && /^h[23]/.test(/** @type {any} */ (page)?.nextHopProtocol ?? '')
}
