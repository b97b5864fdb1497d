import { Access } from './hub/access.js'
import { Requests } from './hub/asking.js'
import { backoff, bounded } from './hub/backoff.js'
import { Connection } from './hub/connecting.js'
import { HubError } from './hub/error.js'
import { HubErrorEvent, HubEvent } from './hub/event.js'
import { iframe } from './hub/iframe.js'
import { TransportMemory } from './hub/memory.js'
import { longPoll, poll } from './hub/polling.js'
import { Publisher } from './hub/publishing.js'
import { renew } from './hub/renewal.js'
import { readSettings } from './hub/settings.js'
import { sse } from './hub/stream.js'
import { Waking } from './hub/waking.js'
import { webSocket } from './hub/ws.js'

export { HubError, HubErrorEvent, HubEvent }

/**
 * @typedef {'sse' | 'ws' | 'long-poll' | 'poll' | 'iframe'} TransportName
 */

/**
 * What a connection takes over from one that made room for it: its token, and how soon there has to be a word, in milliseconds.
 * @typedef {{ token?: string, patience?: number }} Heritage
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
  #access
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
   * @param {import('./hub/settings.js').HubOptions} options
   */
  constructor(urls, options) {
    super()
    this.#settings = readSettings(urls, options ?? {}, Object.keys(TRANSPORTS))
    this.#requests = new Requests(this.#settings)
    this.#access = new Access(this.#settings)
    this.#publisher = new Publisher(this.#settings, this.#access)
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
   * @param {import('./hub/publishing.js').PublishOptions} [options]
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
    /** What the next connection takes over. @type {Heritage} */
    let heritage = {}
    while (this.#readyState !== Hub.CLOSED) {
      const away = this.#awayUntil - performance.now()
      if (this.#isPaused || away > 0) {
        await this.#wait(this.#isPaused ? undefined : away)
        continue
      }
      const connection = new Connection(this.#settings.bases[this.#base], this.#settings, this.#sink, this.#requests)
      this.#connection = connection
      const failure = await this.#connect(connection, heritage)
      heritage = {}
      if (this.#connection !== connection) continue
      if (connection.isAbandoned || this.#access.mayAskAgain(connection, failure)) {
        this.#readyState = Hub.CONNECTING
        if (connection.isLate) await connection.flush()
        heritage = { patience: connection.nextPatience, token: connection.isOutdated ? connection.token : undefined }
        continue
      }
      const pause = this.#plan(connection, failure)
      this.#readyState = failure.kind === 'final' || this.#isRefused ? Hub.CLOSED : Hub.CONNECTING
      this.dispatchEvent(new HubErrorEvent(failure))
      await this.#wait(pause)
    }
    this.#waking.stop()
  }

  /**
   * @param {Connection} connection
   * @param {Heritage} heritage
   * @returns {Promise<HubError>} Why it ended.
   */
  async #connect(connection, heritage) {
    try {
      // Some versions of Node forget about an abort when they collect garbage, so nobody waits for what was aborted.
      const over = new Promise((resolve) => connection.signal.addEventListener('abort', resolve))
      await Promise.race([this.#begin(connection, heritage), over])
      return connection.failure ?? this.#access.failureOf(connection)
    } catch (error) {
      return connection.failure ?? HubError.from(error)
    } finally {
      connection.end()
    }
  }

  /** @param {Connection} connection @param {Heritage} heritage */
  async #begin(connection, { token, patience }) {
    connection.begin(token ?? (await this.#access.ask()))
    if (connection.isOver) return
    if (patience !== undefined) connection.hasten(patience)
    renew(connection, this.#access)
    await TRANSPORTS[this.transport](connection, this.#publisher)
  }

  /**
   * Decides what comes after a connection that has ended.
   * @param {Connection} connection
   * @param {HubError} failure Why.
   * @returns {number} How long to wait, in milliseconds.
   */
  #plan(connection, failure) {
    const { bases, transports } = this.#settings
    const wasStable = connection.openedAt !== undefined && Date.now() - connection.openedAt > STABLE
    const failures = wasStable || connection.awayTime !== undefined ? 0 : this.#failures
    this.#failures = failures + 1
    if (failure.kind === 'unsuited') {
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
    const told = connection.awayTime ?? failure.retryAfter ?? this.#retry
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

  /** @type {import('./hub/delivery.js').Sink} */
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
