import { Delivery } from './delivery.js'
import { Doubt } from './doubt.js'
import { HubError } from './error.js'
import { GRACE, LONGEST, SHORTEST, longer } from './patience.js'
import { pause } from './pause.js'
import { Questions } from './questions.js'

/** One try to be connected: what a transport needs of the client. Whatever ends it, it ends once and for good. */
export class Connection extends Delivery {
  #requests
  #questions
  #begunAt = Date.now()
  #heardAt = Date.now()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #doubt = new Doubt(this)
  /** Ends the present pause. @type {AbortController | undefined} */
  #sleep
  #skipsSleep = false

  /** Why the connection ended, if it did not end in order. @type {HubError | undefined} */
  failure
  /** Whether it was given up for another one that is to be made at once, which is no failure. */
  isAbandoned = false
  /** Whether that is since it did not answer at once. */
  isLate = false
  /** Whether that is since it can't go on under another token. */
  isOutdated = false
  /** What it shows to the hub. @type {string | undefined} */
  token
  /** How a transport finds out by itself whether the connection is dead, if it can. @type {(() => void) | undefined} */
  onDoubt
  /** How a transport goes on under another token, if it can without another connection. @type {((token: string) => void) | undefined} */
  onToken

  /**
   * @param {URL} base
   * @param {import('./settings.js').Settings} settings
   * @param {import('./delivery.js').Sink} sink
   * @param {import('./asking.js').Requests} requests
   */
  constructor(base, settings, sink, requests) {
    super(sink)
    this.base = base
    this.settings = settings
    this.#requests = requests
    this.#questions = new Questions(base, settings, sink, requests)
  }

  /** Begins under a token, now that there is one. @param {string} [token] */
  begin(token) {
    this.token = token
    this.#begunAt = Date.now()
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
    this.stop()
  }

  /** Ends the connection, and asks for another one at once. */
  abandon() {
    if (this.isOver) return
    this.isAbandoned = true
    this.end()
  }

  /** Goes on under another token. @param {string} [token] */
  renew(token) {
    if (this.isOver) return
    this.token = token
    if (token !== undefined && this.onToken) this.onToken(token)
    else this.replace()
  }

  /** Leaves it to another connection to go on under the token. */
  replace() {
    this.isOutdated = true
    this.abandon()
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
   * each time, and in the end as long as any. Only one that was in doubt says nothing good of the next one.
   * @returns {number | undefined}
   */
  get nextPatience() {
    if (this.isOutdated || !this.isAbandoned) return undefined
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
    if (this.#sleep) {
      this.#sleep.abort()
      return this.hasten()
    }
    // What is being asked may have been answered before.
    this.#skipsSleep = true
    if (this.openedAt === undefined) {
      if (this.#openingTime > SHORTEST) this.abandon()
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
   * Waits, unless the connection ends or the page becomes impatient.
   * @param {number} milliseconds
   */
  async sleep(milliseconds) {
    if (this.#skipsSleep) {
      milliseconds = 0
      // The answer before may have been on its way for long; it is the next one that shows whether there is a way.
      this.#doubt.end()
      this.hasten()
    }
    this.#skipsSleep = false
    this.#sleep = new AbortController()
    await pause(milliseconds, this.signal, this.#sleep.signal)
    this.#sleep = undefined
  }

  /**
   * The address of an endpoint, with the topics, the place from which to go on, and the token.
   * @param {string} path
   * @param {import('./questions.js').Query} [query]
   * @throws {HubError} It would be too long.
   */
  url(path, query = {}) {
    return this.#questions.address(path, query, this.token)
  }

  /**
   * Asks an endpoint, for the topics and from the place from which to go on.
   * @param {string} path
   * @param {import('./questions.js').Query} query
   * @param {Omit<import('./asking.js').Manner, 'signal'> & { signal?: AbortSignal }} manner
   * @returns {Promise<Response>} An answer of status 200 and of the type that is asked for.
   */
  ask(path, query, manner) {
    return this.#questions.ask(path, query, { signal: this.signal, token: this.token, ...manner })
  }

  /**
   * Has the browser part with the connections that it keeps, and that are dead.
   * @param {number} [patience] In milliseconds.
   * @returns {Promise<void>}
   */
  flush(patience = this.#doubt.patience ?? this.patience) {
    return this.#requests.flush(this.base, Math.min(LONGEST, patience))
  }
}
