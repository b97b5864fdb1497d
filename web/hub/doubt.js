import { examine } from './witness.js'

/** The doubt whether a connection is alive, and what is done to find out. */
export class Doubt {
  #connection
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #hasteTimer
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #graceTimer
  /** @type {AbortController | undefined} */
  #examination

  /** How soon the connection has, or had, to say something, in milliseconds. @type {number | undefined} */
  patience

  /** @param {import('./connecting.js').Connection} connection */
  constructor(connection) {
    this.#connection = connection
  }

  /** Whether the connection has to say something soon. */
  get isUrgent() {
    return this.#hasteTimer !== undefined
  }

  /** Gives the connection so long to say something. @param {number} patience In milliseconds. */
  hasten(patience) {
    if (this.#hasteTimer !== undefined) return
    this.patience = patience
    this.#hasteTimer = setTimeout(() => {
      this.#connection.isLate = true
      this.#connection.abandon()
    }, patience)
  }

  /** Has the connection looked into. What came while the page stood still is handed over first, since it says nothing about now. */
  raise() {
    this.#graceTimer ??= setTimeout(() => {
      this.#graceTimer = undefined
      this.#look()
    }, this.#connection.grace)
  }

  #look() {
    if (this.#connection.onDoubt) return this.#connection.onDoubt()
    if (this.#examination) return
    const examination = new AbortController()
    this.#examination = examination
    examine(this.#connection, examination.signal).finally(() => {
      if (this.#examination === examination) this.#examination = undefined
    })
  }

  /** The connection has said something. */
  settle() {
    clearTimeout(this.#hasteTimer)
    this.#hasteTimer = undefined
    this.#examination?.abort()
    this.#examination = undefined
  }

  /** Nobody needs to know any longer. */
  end() {
    clearTimeout(this.#graceTimer)
    this.#graceTimer = undefined
    this.settle()
  }
}
