import { Requests } from './asking.js'
import { backoff, bounded } from './backoff.js'
import { blame } from './blame.js'
import { Connection } from './connecting.js'
import { HubError } from './error.js'
import { TransportMemory } from './memory.js'
import { renew } from './renewal.js'
import { TRANSPORTS } from './transports.js'

/**
 * What a connection takes over from one that made room for it: its token, and how soon there has to be a word, in milliseconds.
 * @typedef {{ token?: string, patience?: number }} Heritage
 */

/** A connection that held this long, in milliseconds, has worked: its end is no failure of the next one. */
const STABLE = 5000

/** One connection after the other: to the members in turn, over the transports in turn, with pauses, from where the last one was. */
export class Line {
  #settings
  #access
  #requests
  #publisher
  #memory
  #sink
  #base = 0
  #transport
  #failures = 0
  #isClosed = false
  #isPaused = false
  /** The reconnection time that an event asked for. @type {number | undefined} */
  #retry
  /** When the first try began, by `performance.now()`, once it has ended. @type {number | undefined} */
  #begunAt
  /** Until when the hub asked the client to stay away, by `performance.now()`, in milliseconds. */
  #awayUntil = 0
  /** Why transports, one after the other, were found not to work here. @type {HubError[]} */
  #unsuited = []
  /** @type {Connection | undefined} */
  #connection

  /**
   * @param {import('./settings.js').Settings} settings
   * @param {import('./access.js').Access} access
   * @param {import('./publishing.js').Publisher} publisher
   * @param {import('./delivery.js').Sink} sink
   */
  constructor(settings, access, publisher, sink) {
    this.#settings = settings
    this.#access = access
    this.#publisher = publisher
    this.#sink = {
      ...sink,
      since: () => this.#since,
      open: () => this.#take(sink),
      retry: (/** @type {number} */ milliseconds) => (this.#retry = milliseconds),
    }
    this.#requests = new Requests(settings)
    this.#memory = new TransportMemory(settings.bases[0])
    this.#transport = Math.max(0, settings.transports.indexOf(this.#memory.recall() ?? ''))
  }

  /** The address of the member in use. */
  get base() {
    return this.#settings.bases[this.#base]
  }

  /** The name of the transport in use. */
  get transport() {
    return this.#settings.transports[this.#transport]
  }

  /** Ends it for good. */
  close() {
    this.#isClosed = true
    this.#leave()
  }

  /** Ends the connection and keeps the place. */
  pause() {
    this.#isPaused = true
    this.#leave()
  }

  /** Goes on after `pause`. */
  resume() {
    this.#isPaused = false
    this.#wake()
  }

  /** Makes the next try at once, if the hub did not ask for a pause. */
  hurry() {
    if (!this.#isPaused) this.#wake()
  }

  /** The page comes back from where it could notice nothing. @param {boolean} isElsewhere Whether no connection can be expected to work. */
  doubt(isElsewhere) {
    this.hurry()
    this.#connection?.doubt(isElsewhere)
  }

  /**
   * Publishes, first on the member in use.
   * @param {string | string[]} topic
   * @param {unknown} data
   * @param {import('./publishing.js').PublishOptions} options
   */
  publish(topic, data, options) {
    const { bases } = this.#settings
    const first = this.#base
    return this.#publisher.publish(topic, data, options, (tries) => bases[(first + tries) % bases.length])
  }

  /** The connection works. @param {import('./delivery.js').Sink} sink */
  #take(sink) {
    this.#unsuited = []
    this.#memory.remember(this.transport)
    sink.open()
  }

  /**
   * Where to begin while there is no cursor: where the first try began, so that what is published until another one succeeds comes too.
   * The hub counts from its own clock.
   */
  get #since() {
    if (this.#settings.since !== undefined || this.#begunAt === undefined) return this.#settings.since
    return `${Math.ceil(performance.now() - this.#begunAt)}ms`
  }

  /** Ends the connection because it is wanted so, which is no failure. */
  #leave() {
    this.#connection?.end()
    this.#connection = undefined
    this.#wake()
  }

  /** Ends the present wait, if there is one. */
  #wake = () => {}

  /** Connects, again and again, until it is closed or refused for good. */
  async run() {
    // The page may add its listeners first.
    await undefined
    /** What the next connection takes over. @type {Heritage} */
    let heritage = {}
    while (!this.#isClosed) {
      const away = this.#awayUntil - performance.now()
      if (this.#isPaused || away > 0) {
        await this.#wait(this.#isPaused ? undefined : away)
        continue
      }
      const connection = new Connection(this.base, this.#settings, this.#sink, this.#requests)
      this.#connection = connection
      const begunAt = performance.now()
      const failure = await this.#connect(connection, heritage)
      this.#begunAt ??= begunAt
      heritage = {}
      if (this.#connection !== connection) continue
      if (connection.isAbandoned || this.#access.mayAskAgain(connection, failure)) {
        this.#sink.lost()
        if (connection.isLate) await connection.flush()
        heritage = { patience: connection.nextPatience, token: connection.isOutdated ? connection.token : undefined }
        continue
      }
      await this.#fail(connection, failure)
    }
  }

  /** @param {Connection} connection @param {HubError} error */
  async #fail(connection, error) {
    const failure = connection.openedAt === undefined ? await blame(error, connection.base, this.#settings) : error
    if (this.#connection !== connection) return
    const pause = this.#plan(connection, failure)
    this.#isClosed = failure.kind === 'final' || this.#isRefused
    this.#sink.lost(failure, this.#isClosed)
    await this.#wait(pause)
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
    if (this.#isClosed) return
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer
    await new Promise((resolve) => {
      this.#wake = () => resolve(undefined)
      if (milliseconds !== undefined) timer = setTimeout(resolve, milliseconds)
    })
    clearTimeout(timer)
    this.#wake = () => {}
  }
}
