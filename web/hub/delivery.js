/**
 * What takes what a connection brings.
 * @typedef {object} Sink
 * @property {() => string | undefined} cursor The place from which to go on.
 * @property {() => string | undefined} since The time from which to go on while there is no place.
 * @property {() => void} open The connection works.
 * @property {(error?: import('./error.js').HubError, isFinal?: boolean) => void} lost It does not any longer, and never will if that is final.
 * @property {(event: import('./event.js').Received) => void} event
 * @property {(cursor: string) => void} place Everything up to here has been handed over.
 * @property {(milliseconds: number) => void} retry What an event asks for.
 */

/** What a transport hands over, until its connection is over. */
export class Delivery {
  #controller = new AbortController()
  #sink

  /** When the connection opened, in milliseconds since 1970. @type {number | undefined} */
  openedAt
  /** Why the hub ended it, if it did. @type {string | undefined} */
  closeReason
  /** How long the hub asked the client to stay away when it ended the stream, in milliseconds. @type {number | undefined} */
  awayTime
  /** @param {Sink} sink */
  constructor(sink) {
    this.#sink = sink
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

  /** Hands over nothing more. */
  stop() {
    this.#controller.abort()
  }

  /** The connection works. */
  open() {
    if (this.openedAt !== undefined || this.isOver) return
    this.openedAt = Date.now()
    this.#sink.open()
  }

  /** Hands over an event. @param {import('./event.js').Received} event */
  take(event) {
    if (!this.isOver) this.#sink.event(event)
  }

  /** Hands over an event that came as JSON. @param {import('./event.js').JSONEvent} event */
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
    this.closeReason = reason
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
