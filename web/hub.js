import { backoff, bounded } from './hub/backoff.js'
import { Connection } from './hub/connection.js'
import { HubError } from './hub/error.js'
import { HubErrorEvent, HubEvent } from './hub/event.js'
import { iframe } from './hub/iframe.js'
import { TransportMemory } from './hub/memory.js'
import { longPoll, poll } from './hub/polling.js'
import { Publisher } from './hub/publisher.js'
import { Requests } from './hub/requests.js'
import { readSettings } from './hub/settings.js'
import { sse } from './hub/stream.js'
import { Waking } from './hub/waking.js'
import { webSocket } from './hub/ws.js'

export { HubError, HubErrorEvent, HubEvent }

/**
 * @typedef {'sse' | 'ws' | 'long-poll' | 'poll' | 'iframe'} TransportName
 */

/**
 * @typedef {object} HubOptions
 * @property {string | string[]} topics What to listen to.
 * @property {TransportName[]} [transports] Which transports may be used, the best first. `sse`, `long-poll`, `poll` by default.
 * @property {string} [cursor] Where to begin: the `lastEventId` of another time, `earliest`, or `latest` (the default).
 * @property {string} [since] Where to begin instead: a duration such as `10m`, or a time of RFC 3339.
 * @property {string} [token] The publish key, if the hub wants one.
 * @property {boolean} [withCredentials] Whether requests to another origin carry cookies.
 * @property {number} [connectTimeout] How long a connection may take to begin, and a publish to be answered, in milliseconds; 10000.
 * @property {number} [heartbeatTimeout] How long a stream may be silent, in milliseconds; 45000. More than the hub's `--heartbeat`.
 * @property {number} [pollInterval] The pause between two polls, in milliseconds; by default what the hub advises.
 * @property {typeof globalThis.fetch} [fetch] What to use instead of the global one.
 * @property {typeof globalThis.WebSocket} [WebSocket] What to use instead of the global one.
 */

/**
 * @typedef {object} PublishOptions
 * @property {string} [event] The event's name.
 * @property {number} [retry] How long clients should wait before they reconnect, in milliseconds.
 * @property {string} [key] The idempotency key; by default one of the event's own.
 */

/** @type {Record<string, (connection: Connection, publisher: Publisher) => Promise<void>>} */
const TRANSPORTS = { sse, ws: webSocket, 'long-poll': longPoll, poll, iframe }

/** A connection that held this long, in milliseconds, has worked: its end is no failure of the next one. */
const STABLE = 5000

/**
 * A stream of a hub's events, with the interface of an EventSource: `open`, `message` and `error` events, and one of every
 * name that events are published with; also `hub.reset` and `hub.close`. What is published as `open` or `error` is a HubEvent, and comes to
 * listeners of its name, not to `onopen` and `onerror`.
 *
 * The place in the stream, `lastEventId`, moves only when an event is handed to the page, and it is good on every transport
 * and on every member of the cluster. So nothing is lost and nothing is doubled, whatever becomes of connections.
 */
export class Hub extends EventTarget {
  static CONNECTING = 0
  static OPEN = 1
  static CLOSED = 2

  /** @type {((event: Event) => void) | null} */
  onopen = null
  /** @type {((event: HubEvent) => void) | null} */
  onmessage = null
  /** @type {((event: HubErrorEvent) => void) | null} */
  onerror = null

  #settings
  #requests
  #publisher
  #memory
  #readyState = Hub.CONNECTING
  #cursor
  /** The reconnection time that an event asked for. @type {number | undefined} */
  #retry
  #base = 0
  #transport
  #failures = 0
  /** Until when the hub asked the client to stay away, by `performance.now()`, in milliseconds. */
  #awayUntil = 0
  /** Why transports, one after the other, were found not to work here. @type {HubError[]} */
  #unsuited = []
  #isPaused = false
  /** @type {Connection | undefined} */
  #connection

  /**
   * Connects.
   * @param {string | URL | (string | URL)[]} urls The address of the hub, or of several members of one cluster.
   * @param {HubOptions} options
   */
  constructor(urls, options) {
    super()
    this.#settings = readSettings(urls, options ?? {}, Object.keys(TRANSPORTS))
    this.#requests = new Requests(this.#settings)
    this.#publisher = new Publisher(this.#settings)
    this.#cursor = this.#settings.cursor
    this.#memory = new TransportMemory(this.#settings.bases[0])
    this.#transport = Math.max(0, this.#settings.transports.indexOf(this.#memory.recall() ?? ''))
    // Somebody may publish under these names, too.
    this.addEventListener('open', (event) => event instanceof HubEvent || this.onopen?.(event))
    this.addEventListener('message', (event) => this.onmessage?.(/** @type {HubEvent} */ (event)))
    this.addEventListener('error', (event) => event instanceof HubErrorEvent && this.onerror?.(event))
    this.#waking.start()
    this.#run()
  }

  /** `Hub.CONNECTING`, `Hub.OPEN` or `Hub.CLOSED`. */
  get readyState() {
    return this.#readyState
  }

  /** The place in the stream: the cursor with which to go on, now or another time; empty if there is none yet. */
  get lastEventId() {
    return this.#cursor ?? ''
  }

  /** The address of the member in use. */
  get url() {
    return this.#settings.bases[this.#base].href
  }

  /** The transport in use. @returns {TransportName} */
  get transport() {
    return /** @type {TransportName} */ (this.#settings.transports[this.#transport])
  }

  /** Ends the connection for good. */
  close() {
    this.#readyState = Hub.CLOSED
    this.#waking.stop()
    this.#leave()
  }

  /** Ends the connection and keeps the place, say while nobody looks at the page. */
  pause() {
    if (this.#readyState === Hub.CLOSED || this.#isPaused) return
    this.#isPaused = true
    this.#readyState = Hub.CONNECTING
    this.#leave()
  }

  /** Goes on after `pause`, from the same place. */
  resume() {
    this.#isPaused = false
    this.#hurry()
  }

  /**
   * Publishes an event, on one topic or several. It is tried again while that may help, and never published twice.
   * @param {string | string[]} topic
   * @param {unknown} data A text, or any other value, which is then sent as its JSON.
   * @param {PublishOptions} [options]
   * @returns {Promise<string>} The event's id.
   * @throws {HubError}
   */
  publish(topic, data, options = {}) {
    const { bases } = this.#settings
    const first = this.#base
    return this.#publisher.publish(topic, data, options, (tries) => bases[(first + tries) % bases.length])
  }

  /** Ends the connection because the page wants it so, which is no failure. */
  #leave() {
    this.#connection?.end()
    this.#connection = undefined
    this.#wake()
  }

  /** Ends the present wait, if there is one. */
  #wake = () => {}

  #hurry = () => {
    if (!this.#isPaused) this.#wake()
  }

  #waking = new Waking((isElsewhere) => {
    this.#hurry()
    this.#connection?.doubt(isElsewhere)
  })

  async #run() {
    // The page may add its listeners first.
    await undefined
    /** How soon the next connection has to say something, in milliseconds. @type {number | undefined} */
    let patience
    while (this.#readyState !== Hub.CLOSED) {
      const away = this.#awayUntil - performance.now()
      if (this.#isPaused || away > 0) {
        await this.#wait(this.#isPaused ? undefined : away)
        continue
      }
      const connection = new Connection(this.#settings.bases[this.#base], this.#settings, this.#sink, this.#requests)
      this.#connection = connection
      if (patience !== undefined) connection.hasten(patience)
      patience = undefined
      const failure = await this.#connect(connection)
      if (this.#connection !== connection) continue
      if (connection.isAbandoned) {
        this.#readyState = Hub.CONNECTING
        if (connection.isLate) await connection.flush()
        patience = connection.nextPatience
        continue
      }
      const pause = this.#plan(connection, failure)
      this.#readyState = failure?.kind === 'final' || this.#isRefused ? Hub.CLOSED : Hub.CONNECTING
      this.dispatchEvent(new HubErrorEvent(failure ?? new HubError('the hub ended the stream')))
      await this.#wait(pause)
    }
    this.#waking.stop()
  }

  /**
   * @param {Connection} connection
   * @returns {Promise<HubError | undefined>} `undefined` if the hub ended the connection in order.
   */
  async #connect(connection) {
    try {
      // Some versions of Node forget about an abort when they collect garbage, so nobody waits for what was aborted.
      const over = new Promise((resolve) => connection.signal.addEventListener('abort', resolve))
      await Promise.race([TRANSPORTS[this.transport](connection, this.#publisher), over])
      return connection.failure
    } catch (error) {
      return connection.failure ?? HubError.from(error)
    } finally {
      connection.end()
    }
  }

  /**
   * Decides what comes after a connection that has ended.
   * @param {Connection} connection
   * @param {HubError} [failure]
   * @returns {number} How long to wait, in milliseconds.
   */
  #plan(connection, failure) {
    const { bases, transports } = this.#settings
    const wasStable = connection.openedAt !== undefined && Date.now() - connection.openedAt > STABLE
    const failures = wasStable || connection.awayTime !== undefined ? 0 : this.#failures
    this.#failures = failures + 1
    if (failure?.kind === 'unsuited') {
      this.#transport = (this.#transport + 1) % transports.length
      this.#unsuited.push(failure)
      // The next transport need not wait for what was no fault of the hub, unless all have been tried.
      if (this.#unsuited.length % transports.length !== 0) return 0
    } else if (connection.openedAt === undefined) {
      // A member that says nothing on any transport looked like a proxy that holds the first ones back: they are innocent.
      const steps = this.#unsuited.length % transports.length
      this.#transport = (this.#transport + transports.length - steps) % transports.length
      this.#unsuited = []
    }
    this.#base = (this.#base + 1) % bases.length
    const told = connection.awayTime ?? failure?.retryAfter ?? this.#retry
    this.#awayUntil = performance.now() + bounded(told)
    return backoff(failures, told)
  }

  /** Whether every transport was answered that it is not there. */
  get #isRefused() {
    const { length } = this.#settings.transports
    return this.#unsuited.length >= length && this.#unsuited.slice(-length).every(({ status }) => status !== undefined)
  }

  /** Waits, until something is more urgent. @param {number} [milliseconds] */
  async #wait(milliseconds) {
    if (this.#readyState === Hub.CLOSED) return
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer
    await new Promise((resolve) => {
      this.#wake = () => resolve(undefined)
      if (milliseconds !== undefined) timer = setTimeout(resolve, milliseconds)
    })
    clearTimeout(timer)
    this.#wake = () => {}
  }

  /** @type {import('./hub/connection.js').Sink} */
  #sink = {
    cursor: () => this.#cursor,
    open: () => {
      this.#readyState = Hub.OPEN
      this.#unsuited = []
      this.#memory.remember(this.transport)
      this.dispatchEvent(new Event('open'))
    },
    event: ({ type, data, topic, id }) => {
      if (id) this.#cursor = id
      const origin = this.#settings.bases[this.#base].origin
      this.dispatchEvent(new HubEvent(type, { data, topic, lastEventId: this.lastEventId, origin }))
    },
    place: (cursor) => {
      this.#cursor = cursor
    },
    retry: (milliseconds) => {
      this.#retry = milliseconds
    },
  }
}
