import { Doubt } from './doubt.js'
import { HubError } from './error.js'
import { GRACE, LONGEST, SHORTEST, longer } from './patience.js'

/**
 * What a connection hands to the client.
 * @typedef {object} Sink
 * @property {() => string | undefined} cursor The place from which to go on.
 * @property {() => void} open The connection works.
 * @property {(event: Received) => void} event
 * @property {(cursor: string) => void} place Everything up to here has been handed over.
 * @property {(milliseconds: number) => void} retry What an event asks for.
 */

/**
 * An event, as every transport hands it over.
 * @typedef {object} Received
 * @property {string} type
 * @property {string} data
 * @property {string} [topic]
 * @property {string} [id] Absent where the event is no place in the stream.
 */

/**
 * An event or a reset in the JSON of the hub.
 * @typedef {{ id?: string, topic?: string, event?: string, data?: string, retry?: number }} JSONEvent
 */

/** @typedef {Record<string, string | number | boolean | undefined>} Query */

/** One try to be connected: what a transport needs of the client. Whatever ends it, it ends once and for good. */
export class Connection {
  #controller = new AbortController()
  #sink
  #requests
  #begunAt = Date.now()
  #heardAt = Date.now()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #doubt = new Doubt(this)
  /** Ends the present pause. @type {(() => void) | undefined} */
  #endSleep
  #skipsSleep = false

  /** Why the connection ended, if it did not end in order. @type {HubError | undefined} */
  failure
  /** When it opened, in milliseconds since 1970. @type {number | undefined} */
  openedAt
  /** How long the hub asked the client to stay away when it ended the stream, in milliseconds. @type {number | undefined} */
  awayTime
  /** Whether it was given up for another one that is to be made at once, which is no failure. */
  isAbandoned = false
  /** Whether that is since it did not answer at once. */
  isLate = false
  /** How a transport finds out by itself whether the connection is dead, if it can. @type {(() => void) | undefined} */
  onDoubt

  /**
   * @param {URL} base
   * @param {import('./settings.js').Settings} settings
   * @param {Sink} sink
   * @param {import('./requests.js').Requests} requests
   */
  constructor(base, settings, sink, requests) {
    this.base = base
    this.settings = settings
    this.#sink = sink
    this.#requests = requests
  }

  /** Is aborted when the connection is over. */
  get signal() {
    return this.#controller.signal
  }

  get isOver() {
    return this.signal.aborted
  }

  get cursor() {
    return this.#sink.cursor()
  }

  /** Whether the data of events is their whole JSON, which alone tells one topic from another. */
  get isJSON() {
    return this.settings.topics.length > 1
  }

  /** Ends the connection. @param {HubError} [failure] */
  end(failure) {
    if (this.isOver) return
    this.failure = failure
    this.#doubt.end()
    clearTimeout(this.#timer)
    this.#controller.abort()
  }

  /** Ends the connection, and asks for another one at once. */
  abandon() {
    if (this.isOver) return
    this.isAbandoned = true
    this.end()
  }

  /**
   * Abandons the connection if it does not say something very soon: after sleep a browser may use one that is long dead, and does not
   * notice for minutes.
   * @param {number} [patience] In milliseconds.
   */
  hasten(patience = this.patience) {
    if (!this.isOver) this.#doubt.hasten(patience)
  }

  /** How long an answer may take that should come at once, in milliseconds: no longer than it took to open, which was more. */
  get patience() {
    return Math.min(LONGEST, Math.max(SHORTEST, this.#openingTime))
  }

  /** How long it may be behind another one, in milliseconds: what is slow to open is slow in other things. */
  get grace() {
    return Math.min(LONGEST, Math.max(GRACE, this.#openingTime))
  }

  get #openingTime() {
    return (this.openedAt ?? Date.now()) - this.#begunAt
  }

  /**
   * How soon the connection that takes the place of this one, which was abandoned, has to say something, in milliseconds: longer
   * each time, and in the end as long as any.
   * @returns {number | undefined}
   */
  get nextPatience() {
    return this.isLate ? longer(this.#doubt.patience ?? SHORTEST, this.settings.connectTimeout) : this.patience
  }

  /** Whether it has to say something soon, since what is asked may be answered by nobody. */
  get isHastened() {
    return this.#doubt.isUrgent
  }

  /**
   * The page comes back from where it could notice nothing, so the connection may be dead.
   * @param {boolean} isElsewhere Whether it can't be expected to work any more.
   */
  doubt(isElsewhere) {
    if (this.isOver) return
    if (this.#endSleep) {
      this.#endSleep()
      return this.hasten()
    }
    // What is being asked may have been answered before.
    this.#skipsSleep = true
    if (this.openedAt === undefined) {
      if (Date.now() - this.#begunAt > SHORTEST) this.abandon()
      else if (isElsewhere) this.hasten(LONGEST)
    } else if (isElsewhere && !this.onDoubt) {
      this.abandon()
    } else {
      this.#doubt.raise()
    }
  }

  /** The connection has said something, whatever it was. */
  hear() {
    this.#heardAt = Date.now()
    this.#doubt.settle()
  }

  /** For how long it has said nothing, in milliseconds. */
  get silence() {
    return Date.now() - this.#heardAt
  }

  /**
   * Ends the connection with a failure unless this is called again within a time.
   * @param {number} milliseconds
   * @param {() => HubError} failure
   */
  expect(milliseconds, failure) {
    clearTimeout(this.#timer)
    if (!this.isOver) this.#timer = setTimeout(() => this.end(failure()), milliseconds)
  }

  /** Expects nothing any longer. */
  relax() {
    clearTimeout(this.#timer)
  }

  /**
   * Waits. @param {number} milliseconds
   * @returns {Promise<void>} Is fulfilled early if the connection ends, or the page has become impatient.
   */
  sleep(milliseconds) {
    if (this.#skipsSleep) {
      milliseconds = 0
      // The answer before may have been on its way for long; it is the next one that shows whether there is a way.
      this.#doubt.end()
      this.hasten()
    }
    this.#skipsSleep = false
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.signal.removeEventListener('abort', done)
        this.#endSleep = undefined
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      this.signal.addEventListener('abort', done)
      this.#endSleep = done
    })
  }

  /**
   * The address of an endpoint, with the topics and the place from which to go on.
   * @param {string} path
   * @param {Query} [query]
   * @throws {HubError} It would be too long.
   */
  url(path, query) {
    return this.#requests.address(this.base, path, this.#queryWith(query))
  }

  /**
   * Asks an endpoint, for the topics and from the place from which to go on.
   * @param {string} path
   * @param {Query} query
   * @param {Omit<import('./requests.js').Manner, 'signal'> & { signal?: AbortSignal }} manner
   * @returns {Promise<Response>} An answer of status 200 and of the type that is asked for.
   */
  ask(path, query, manner) {
    return this.#requests.ask(this.base, path, this.#queryWith(query), { signal: this.signal, ...manner })
  }

  /**
   * Has the browser part with the connections that it keeps, and that are dead.
   * @param {number} [patience] In milliseconds.
   * @returns {Promise<void>}
   */
  flush(patience = this.#doubt.patience ?? this.patience) {
    return this.#requests.flush(this.base, Math.min(LONGEST, patience))
  }

  /** @param {Query} [query] */
  #queryWith(query) {
    const since = this.cursor ? undefined : this.settings.since
    const all = new URLSearchParams()
    for (const topic of this.settings.topics) all.append('topic', topic)
    for (const [name, value] of Object.entries({ cursor: this.cursor, since, ...query })) {
      if (value !== undefined) all.set(name, String(value))
    }
    return all
  }

  /** The connection works. */
  open() {
    if (this.openedAt !== undefined || this.isOver) return
    this.openedAt = Date.now()
    this.#sink.open()
  }

  /** Hands over an event. @param {Received} event */
  take(event) {
    if (!this.isOver) this.#sink.event(event)
  }

  /** Hands over an event that came as JSON. @param {JSONEvent} event */
  takeJSON({ id, topic, event, data, retry }) {
    if (this.isOver) return
    if (retry !== undefined) this.retry(retry)
    this.take({ type: event || 'message', data: data ?? '', topic, id })
  }

  /**
   * Hands over a reset that came as JSON.
   * @param {{ topic: string }} reset
   * @param {string} [cursor] The place that is safe after it.
   */
  takeReset(reset, cursor) {
    this.take({ type: 'hub.reset', data: JSON.stringify(reset), topic: reset.topic, id: cursor })
  }

  /**
   * Hands over why the hub ends the stream.
   * @param {string} reason
   * @param {number} [retry] How long to stay away, in milliseconds.
   */
  takeClose(reason, retry) {
    this.awayTime = retry
    this.take({ type: 'hub.close', data: JSON.stringify({ reason }) })
  }

  /** Everything up to a cursor has been handed over. @param {string} [cursor] */
  place(cursor) {
    if (cursor && !this.isOver) this.#sink.place(cursor)
  }

  /** What an event asks for. @param {number} milliseconds */
  retry(milliseconds) {
    if (!this.isOver) this.#sink.retry(milliseconds)
  }
}
