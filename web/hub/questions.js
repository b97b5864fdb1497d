import { fitsAddress } from './token.js'

/** @typedef {Record<string, string | number | boolean | undefined>} Query */

/** What a connection asks a hub: for the topics, from the place from which to go on, under its token. */
export class Questions {
  #base
  #settings
  #sink
  #requests

  /**
   * @param {URL} base
   * @param {import('./settings.js').Settings} settings
   * @param {import('./delivery.js').Sink} sink It knows from where to go on.
   * @param {import('./asking.js').Requests} requests
   */
  constructor(base, settings, sink, requests) {
    this.#base = base
    this.#settings = settings
    this.#sink = sink
    this.#requests = requests
  }

  /**
   * The address of an endpoint for what can't send a header field, so that the token is in it.
   * @param {string} path
   * @param {Query} query
   * @param {string} [token]
   * @throws {import('./error.js').HubError} It would be too long.
   */
  address(path, query, token) {
    const shown = fitsAddress(token) ? token : undefined
    return this.#requests.address(this.#base, path, this.#full({ ...query, access_token: shown }))
  }

  /**
   * Asks an endpoint.
   * @param {string} path
   * @param {Query} query
   * @param {import('./asking.js').Manner} manner
   * @returns {Promise<Response>} An answer of status 200 and of the type that is asked for.
   */
  ask(path, query, manner) {
    return this.#requests.ask(this.#base, path, this.#full(query), manner)
  }

  /** @param {Query} query */
  #full(query) {
    const cursor = this.#sink.cursor()
    const all = new URLSearchParams()
    for (const topic of this.#settings.topics) all.append('topic', topic)
    const since = cursor ? undefined : this.#sink.since()
    for (const [name, value] of Object.entries({ cursor, since, ...query })) {
      if (value !== undefined) all.set(name, String(value))
    }
    return all
  }
}
