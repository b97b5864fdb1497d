import { authorization, endpoint } from './asking.js'
import { backoff } from './backoff.js'
import { HubError } from './error.js'

/** How often an event is offered to the hub. */
const TRIES = 4
const OPEN = 1

/**
 * @typedef {object} PublishOptions
 * @property {string} [event] The event's name.
 * @property {number} [retry] How long clients should wait before they reconnect, in milliseconds.
 * @property {string} [key] The idempotency key; by default one of the event's own.
 */

/** Publishes: over the WebSocket while there is one, otherwise with requests of its own. */
export class Publisher {
  #settings
  #access
  /** @type {WebSocket | undefined} */
  #socket
  #count = 0
  /** Those who wait for the id of an event that is on its way. @type {Map<string, (id?: string) => void>} */
  #waiting = new Map()

  /** @param {import('./settings.js').Settings} settings @param {import('./access.js').Access} access */
  constructor(settings, access) {
    this.#settings = settings
    this.#access = access
  }

  /** There is a WebSocket that takes events. @param {WebSocket} socket */
  attach(socket) {
    this.#socket = socket
  }

  /** It is gone, and so are its answers. @param {WebSocket} socket */
  detach(socket) {
    if (this.#socket !== socket) return
    this.#socket = undefined
    for (const resolve of this.#waiting.values()) resolve()
    this.#waiting.clear()
  }

  /** The hub has answered. @param {{ ref?: string, id?: string }} answer Without an id if it did not publish. */
  settle({ ref = '', id }) {
    this.#waiting.get(ref)?.(id)
    this.#waiting.delete(ref)
  }

  /**
   * Publishes an event. All tries carry one key, so that the hub publishes it once.
   * @param {string | string[]} topic
   * @param {unknown} data
   * @param {PublishOptions} options
   * @param {(tries: number) => URL} base Where to publish, after so many tries elsewhere.
   * @returns {Promise<string>} The event's id.
   */
  async publish(topic, data, { event, retry, key = newKey() }, base) {
    const envelope = { topic, event, data, retry, key }
    // What the WebSocket can't do, a request tells more of; the key sees to it that it is done once.
    const id = this.#canSend ? await this.#send(envelope) : undefined
    if (id) return id
    for (let failures = 0, hasAskedAgain = this.#access.isFixed; ; failures++) {
      try {
        return await this.#offer(envelope, base(failures), await this.#access.current())
      } catch (cause) {
        const error = HubError.from(cause)
        if (error.status === 401 && !hasAskedAgain) {
          hasAskedAgain = true
          await this.#access.ask().catch(() => {})
          continue
        }
        if (error.kind !== 'network' || failures + 1 >= TRIES) throw error
        await new Promise((resolve) => setTimeout(resolve, backoff(failures, error.retryAfter)))
      }
    }
  }

  get #canSend() {
    return this.#socket?.readyState === OPEN
  }

  /** @param {object} envelope @returns {Promise<string | undefined>} */
  #send(envelope) {
    const ref = String(++this.#count)
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer
    return new Promise((resolve) => {
      this.#waiting.set(ref, resolve)
      // A socket that is dead takes everything, and answers nothing.
      timer = setTimeout(() => this.settle({ ref }), this.#settings.connectTimeout)
      this.#socket?.send(JSON.stringify({ type: 'publish', ref, ...envelope }))
    }).finally(() => clearTimeout(timer))
  }

  /** Posts, and gives up when no answer comes in time. @param {object} envelope @param {URL} base @param {string} [token] */
  async #offer(envelope, base, token) {
    const controller = new AbortController()
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer
    /** @type {Promise<never>} */
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => {
        reject(new HubError('no answer came in time'))
        controller.abort()
      }, this.#settings.connectTimeout)
    })
    try {
      return await Promise.race([this.#post(envelope, base, controller.signal, token), late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** @param {object} envelope @param {URL} base @param {AbortSignal} signal @param {string} [token] */
  async #post(envelope, base, signal, token) {
    const { fetch, credentials } = this.#settings
    const headers = { 'Content-Type': 'application/json', ...authorization(token) }
    const body = JSON.stringify(envelope)
    const answer = await fetch(endpoint(base, 'publish'), { method: 'POST', headers, body, credentials, signal })
    if (!answer.ok) throw await HubError.of(answer)
    const { events } = await answer.json()
    return events[0].id
  }
}

/** A key that no other event has. It needs no secrecy, and `crypto` is not everywhere. */
function newKey() {
  const random = () => Math.random().toString(36).slice(2, 12)
  return `${Date.now().toString(36)}-${random()}-${random()}`
}
