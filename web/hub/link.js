import { HubError } from './error.js'

/**
 * What a link hands to the client.
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

/** One try to be connected: what a transport needs of the client. Whatever ends it, it ends once and for good. */
export class Link {
  #controller = new AbortController()
  #sink
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** Why the link ended, if it did not end in order. @type {HubError | undefined} */
  failure
  /** When it opened, in milliseconds since 1970. @type {number | undefined} */
  openedAt
  /** How long the hub asked the client to stay away when it ended the stream, in milliseconds. @type {number | undefined} */
  awayTime

  /**
   * @param {URL} base
   * @param {import('./settings.js').Settings} settings
   * @param {Sink} sink
   */
  constructor(base, settings, sink) {
    this.base = base
    this.settings = settings
    this.#sink = sink
  }

  /** Is aborted when the link is over. */
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

  /** Ends the link. @param {HubError} [failure] */
  end(failure) {
    if (this.isOver) return
    this.failure = failure
    clearTimeout(this.#timer)
    this.#controller.abort()
  }

  /**
   * Ends the link with a failure unless this is called again within a time.
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
   * @returns {Promise<void>} Is fulfilled early if the link ends.
   */
  sleep(milliseconds) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      this.signal.addEventListener('abort', done)
    })
  }

  /**
   * The address of an endpoint, with the topics and the place from which to go on.
   * @param {string} path
   * @param {Record<string, string | number | boolean | undefined>} [query]
   */
  url(path, query = {}) {
    const url = endpoint(this.base, path)
    const since = this.cursor ? undefined : this.settings.since
    for (const topic of this.settings.topics) url.searchParams.append('topic', topic)
    for (const [name, value] of Object.entries({ ...query, cursor: this.cursor, since })) {
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    return url
  }

  /**
   * Gets an endpoint. No header field is sent that would make a browser ask first (a CORS preflight).
   * @param {URL} url
   * @param {string} type The media type that is asked for.
   * @returns {Promise<Response>} An answer of status 200 and of that type.
   */
  async get(url, type) {
    const { fetch, credentials } = this.settings
    const answer = await fetch(url, { headers: { Accept: type }, credentials, signal: this.signal })
    if (answer.status !== 200) throw await HubError.of(answer)
    if (!(answer.headers.get('Content-Type') ?? '').toLowerCase().startsWith(type)) {
      throw new HubError(`${url.pathname} did not answer ${type}, something stands before the hub`, { kind: 'unsuited' })
    }
    return answer
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

/**
 * The address of an endpoint of a hub; the query of the hub's address stays.
 * @param {URL} base
 * @param {string} path
 */
export function endpoint(base, path) {
  const url = new URL(base)
  url.pathname = url.pathname.replace(/\/?$/, `/${path}`)
  return url
}
