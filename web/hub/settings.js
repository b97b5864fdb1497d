/**
 * What the client is told, checked.
 * @typedef {object} Settings
 * @property {URL[]} bases
 * @property {string[]} topics
 * @property {string[]} transports
 * @property {string | undefined} cursor
 * @property {string | undefined} since
 * @property {string | undefined} token
 * @property {RequestCredentials} credentials
 * @property {number} connectTimeout
 * @property {number} heartbeatTimeout
 * @property {number | undefined} pollInterval
 * @property {typeof globalThis.fetch} fetch
 * @property {typeof globalThis.WebSocket | undefined} WebSocket
 */

/** The transports that are tried by themselves, the best first. */
const DEFAULT_TRANSPORTS = ['sse', 'long-poll', 'poll']

/**
 * Checks what the client is told.
 * @param {string | URL | (string | URL)[]} urls
 * @param {import('../hub.js').HubOptions} options
 * @param {string[]} known The transports that there are.
 * @returns {Settings}
 * @throws {TypeError} It names the option and what is accepted.
 */
export function readSettings(urls, options, known) {
  const topics = [options.topics ?? []].flat()
  const transports = [options.transports ?? DEFAULT_TRANSPORTS].flat()
  const unknown = transports.find((name) => !known.includes(name))
  const bases = [urls].flat().map(absolute)
  if (bases.length === 0) throw new TypeError('the first argument must be the address of a hub, or several')
  if (topics.length === 0) throw new TypeError('topics: give at least one topic')
  if (topics.some((topic) => typeof topic !== 'string')) throw new TypeError('topics: they must be strings')
  if (unknown !== undefined) throw new TypeError(`transports: '${unknown}' is none of ${known.join(', ')}`)
  if (transports.length === 0) throw new TypeError(`transports: give at least one of ${known.join(', ')}`)
  const WebSocket = options.WebSocket ?? globalThis.WebSocket
  if (transports.includes('ws') && !WebSocket) throw new TypeError('transports: ws needs a WebSocket, and there is none')
  if (transports.includes('iframe') && !globalThis.document) throw new TypeError('transports: iframe needs a document')
  return {
    bases,
    topics: [...new Set(topics)],
    transports: [...new Set(transports)],
    cursor: options.cursor || undefined,
    since: options.since,
    token: options.token,
    credentials: options.withCredentials ? 'include' : 'same-origin',
    connectTimeout: duration(options, 'connectTimeout', 10_000),
    heartbeatTimeout: duration(options, 'heartbeatTimeout', 45_000),
    pollInterval: options.pollInterval === undefined ? undefined : duration(options, 'pollInterval', 0),
    // A browser's own fetch must be called as the window's.
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    WebSocket,
  }
}

/** @param {string | URL} url */
function absolute(url) {
  const absolute = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href)
  if (!/^https?:$/.test(absolute.protocol)) throw new TypeError(`'${url}' is not an address of http: or https:`)
  absolute.hash = ''
  return absolute
}

/**
 * @param {import('../hub.js').HubOptions} options
 * @param {'connectTimeout' | 'heartbeatTimeout' | 'pollInterval'} name
 * @param {number} standard
 */
function duration(options, name, standard) {
  const value = options[name] ?? standard
  if (typeof value === 'number' && value > 0 && value < 2 ** 31) return value
  throw new TypeError(`${name}: '${value}' is not a number of milliseconds above 0`)
}
