import { HubError } from './error.js'
import { isSendable, timeLeft } from './token.js'

/** A connection that held this long, in milliseconds, was right to show its token. */
const HELD = 1000

/** A token that ends sooner, in milliseconds, is not shown any more: it might have ended when it is looked at. */
const TOO_LATE = 1000

/**
 * The token that the page gives, or none: a fixed one, or what its function answers, which is asked whenever another one is needed.
 *
 * Nothing that goes wrong repeats what the function said, or the text of its error: there may be a token in it.
 */
export class Access {
  #source
  #timeout
  /** The last one. @type {string | undefined} */
  #token
  /** An answer of the function that is awaited. @type {Promise<string | undefined> | undefined} */
  #asked
  /** Whether it was asked for another token, and no connection has held since. */
  #hasAskedAgain = false

  /** @param {import('./settings.js').Settings} settings */
  constructor({ token, connectTimeout }) {
    this.#source = token
    this.#timeout = connectTimeout
    if (typeof token === 'string') this.#token = token
  }

  /** Whether there can't be another token. */
  get isFixed() {
    return typeof this.#source !== 'function'
  }

  /**
   * Asks for a token. Whoever asks while others wait gets the same one.
   * @returns {Promise<string | undefined>}
   * @throws {HubError} There was no answer in time, or none that can be used.
   */
  async ask() {
    if (this.isFixed) return this.#token
    this.#asked ??= this.#ask().finally(() => (this.#asked = undefined))
    this.#token = await this.#asked
    return this.#token
  }

  /** A token for a request beside the connection: the last one, unless it has ended. @returns {Promise<string | undefined>} */
  async current() {
    const left = timeLeft(this.#token) ?? Infinity
    return this.#token !== undefined && left > TOO_LATE ? this.#token : this.ask()
  }

  /**
   * Whether it was only the token that a connection ended for, so that another one is worth a try at once. It is once in a row: what is
   * then refused, too, is refused.
   * @param {import('./connecting.js').Connection} connection
   * @param {HubError} [failure] Why it ended, if not in order.
   */
  mayAskAgain(connection, failure) {
    if (connection.openedAt !== undefined && Date.now() - connection.openedAt > HELD) this.#hasAskedAgain = false
    if (this.isFixed || this.#hasAskedAgain || !(failure?.status === 401 || endsToken(connection))) return false
    this.#hasAskedAgain = true
    return true
  }

  /**
   * What it means that the hub has ended a connection in order.
   * @param {import('./connecting.js').Connection} connection
   */
  failureOf(connection) {
    const isOver = this.isFixed && this.#token !== undefined && endsToken(connection)
    if (!isOver) return new HubError('the hub ended the stream')
    const what = connection.closeReason === 'expired' ? 'the token has expired' : 'the token was revoked'
    return new HubError(what, { kind: 'final' })
  }

  async #ask() {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new HubError('no token came in time')), this.#timeout)
    })
    try {
      return await Promise.race([this.#call(), late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** @returns {Promise<string | undefined>} */
  async #call() {
    const source = /** @type {import('./settings.js').TokenSource} */ (this.#source)
    const token = await answer(source)
    if (token === undefined || token === null || token === '') return undefined
    if (isSendable(token)) return token
    throw new HubError('what the function for the token gave is no token')
  }
}

/** @param {import('./settings.js').TokenSource} source */
async function answer(source) {
  try {
    return await source()
  } catch (cause) {
    throw new HubError('the function for the token failed', { cause })
  }
}

/** Whether the hub ended a connection for its token. @param {import('./connecting.js').Connection} connection */
function endsToken({ closeReason }) {
  return closeReason === 'expired' || closeReason === 'revoked'
}
