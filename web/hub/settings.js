import { isSendable } from './token.js'

/**
 * What gives a token whenever one is needed; nothing for none.
 * @typedef {() => string | null | undefined | Promise<string | null | undefined>} TokenSource
 */

/**
 * @typedef {object} HubOptions
 * @property {string | string[]} topics What to listen to.
 * @property {import('../hub.js').TransportName[]} [transports] Which transports may be used, the best first. `sse`, `ws`, `long-poll`, `poll` by default.
 * @property {string} [cursor] Where to begin: the `lastEventId` of another time, `earliest`, or `latest` (the default).
 * @property {string} [since] Where to begin instead: a duration such as `10m`, or a time of RFC 3339.
 * @property {string | TokenSource} [token] A token, or a function that gives one whenever one is needed; or a publish key.
 * @property {boolean} [withCredentials] Whether requests to another origin carry cookies.
 * @property {number} [connectTimeout] How long a connection may take to begin, and a publish to be answered, in milliseconds; 10000.
 * @property {number} [heartbeatTimeout] How long a stream may be silent, in milliseconds; 45000. More than the hub's `--heartbeat`.
 * @property {number} [pollInterval] The pause between two polls, in milliseconds; by default what the hub advises.
 * @property {boolean} [share] Whether tabs of one origin share a connection, where they can; they do by default.
 * @property {typeof globalThis.fetch} [fetch] What to use instead of the global one.
 * @property {typeof globalThis.WebSocket} [WebSocket] What to use instead of the global one.
 */

/**
 * What the client is told, checked.
 * @typedef {object} Settings
 * @property {URL[]} bases
 * @property {string[]} topics
 * @property {string[]} transports
 * @property {string | undefined} cursor
 * @property {string | undefined} since
 * @property {string | TokenSource | undefined} token
 * @property {RequestCredentials} credentials
 * @property {boolean} isShared
 * @property {number} connectTimeout
 * @property {number} heartbeatTimeout
 * @property {number | undefined} pollInterval
 * @property {typeof globalThis.fetch} fetch
 * @property {typeof globalThis.WebSocket | undefined} WebSocket
 */

/** The transports that are tried by themselves, the best first. */
const DEFAULT_TRANSPORTS = ['sse', 'ws', 'long-poll', 'poll']

/**
 * Checks what the client is told.
 * @param {string | URL | (string | URL)[]} urls
 * @param {HubOptions} options
 * @param {string[]} known The transports that there are.
 * @returns {Settings}
 * @throws {TypeError} It names the option and what is accepted.
 */
export function readSettings(urls, options, known) {
  const topics = [options.topics ?? []].flat()
  const WebSocket = options.WebSocket ?? globalThis.WebSocket
  const transports = [options.transports ?? DEFAULT_TRANSPORTS.filter((name) => name !== 'ws' || WebSocket)].flat()
  const unknown = transports.find((name) => !known.includes(name))
  const bases = [urls].flat().map(absolute)
  if (bases.length === 0) throw new TypeError('the first argument must be the address of a hub, or several')
  if (topics.length === 0) throw new TypeError('topics: give at least one topic')
  if (topics.some((topic) => typeof topic !== 'string')) throw new TypeError('topics: they must be strings')
  if (unknown !== undefined) throw new TypeError(`transports: '${unknown}' is none of ${known.join(', ')}`)
  if (transports.length === 0) throw new TypeError(`transports: give at least one of ${known.join(', ')}`)
  if (transports.includes('ws') && !WebSocket) throw new TypeError('transports: ws needs a WebSocket, and there is none')
  if (transports.includes('iframe') && !globalThis.document) throw new TypeError('transports: iframe needs a document')
  return {
    bases,
    topics: [...new Set(topics)],
    transports: [...new Set(transports)],
    cursor: options.cursor === 'latest' ? undefined : options.cursor || undefined,
    since: options.since,
    token: tokenOf(options),
    credentials: options.withCredentials ? 'include' : 'same-origin',
    isShared: options.share !== false && canShare(options),
    connectTimeout: duration(options, 'connectTimeout', 10_000),
    heartbeatTimeout: duration(options, 'heartbeatTimeout', 45_000),
    pollInterval: options.pollInterval === undefined ? undefined : duration(options, 'pollInterval', 0),
    // A browser's own fetch must be called as the window's.
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    WebSocket,
  }
}

/** Whether the page can share: a `fetch` of its own can't be asked by others. @param {HubOptions} options */
function canShare(options) {
  const { document, navigator, BroadcastChannel } = globalThis
  return Boolean(document && navigator?.locks && BroadcastChannel && !options.fetch && !options.WebSocket)
}

/** @param {HubOptions} options */
function tokenOf({ token }) {
  if (typeof token === 'function') return token
  if (token === undefined || token === null || token === '') return undefined
  if (isSendable(token)) return token
  // What it is does not belong into a message.
  throw new TypeError('token: it must be a token or a key without white space, or a function that gives one')
}

/** @param {string | URL} url */
function absolute(url) {
  const absolute = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href)
  if (!/^https?:$/.test(absolute.protocol)) throw new TypeError(`'${url}' is not an address of http: or https:`)
  absolute.hash = ''
  return absolute
}

/**
 * @param {HubOptions} options
 * @param {'connectTimeout' | 'heartbeatTimeout' | 'pollInterval'} name
 * @param {number} standard
 */
function duration(options, name, standard) {
  const value = options[name] ?? standard
  if (typeof value === 'number' && value > 0 && value < 2 ** 31) return value
  throw new TypeError(`${name}: '${value}' is not a number of milliseconds above 0`)
}
