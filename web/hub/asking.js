import { HubError } from './error.js'

/** The longest address that what stands between is sure to pass, in bytes: a line of 8 KiB is what most of it takes. */
const LONGEST = 8000

/** An address that is longer, in bytes, may be why there is no answer: to a page of another origin, a proxy's 414 is none. */
const DOUBTFUL = 2000

/** What says that an address is too long: 414, and 431 where nobody tells it from the rest of a head. */
const TOO_LONG = [414, 431]

/** What says that there is no such request. */
const UNKNOWN = [404, 405, 415, 501]

/** How many connections a browser keeps for one origin. */
const POOL = 6

/**
 * How to ask.
 * @typedef {object} Manner
 * @property {string} type The media type that is asked for.
 * @property {AbortSignal} signal Ends the request.
 * @property {string} [token]
 * @property {RequestCache} [cache] Whether the browser's cache has a part.
 */

/**
 * Asks the endpoints of a hub: with GET, or with POST what no address holds (RFC 9110, 15.5.15).
 *
 * Without a token no header field is sent that would make a browser ask first (a CORS preflight).
 */
export class Requests {
  #settings
  #longest = LONGEST

  /** @param {import('./settings.js').Settings} settings */
  constructor(settings) {
    this.#settings = settings
  }

  /**
   * Asks an endpoint.
   * @param {URL} base
   * @param {string} path
   * @param {URLSearchParams} query
   * @param {Manner} manner
   * @returns {Promise<Response>} An answer of status 200 and of that type.
   */
  async ask(base, path, query, manner) {
    const answer = await this.#ask(base, path, query, manner)
    if (answer.status !== 200) throw await HubError.of(answer)
    if (!(answer.headers.get('Content-Type') ?? '').toLowerCase().startsWith(manner.type)) {
      const message = `/${path} did not answer ${manner.type}, something stands before the hub`
      throw new HubError(message, { kind: 'unsuited' })
    }
    return answer
  }

  /**
   * The address for what only takes one, such as a frame.
   * @param {URL} base
   * @param {string} path
   * @param {URLSearchParams} query
   * @returns {URL}
   * @throws {HubError} It would be too long.
   */
  address(base, path, query) {
    const url = withQuery(endpoint(base, path), query)
    if (url.href.length <= LONGEST) return url
    throw new HubError(`/${path} can't hold all that is asked for in its address`, { kind: 'unsuited' })
  }

  /**
   * Has the browser part with the connections that it keeps for later and that are dead, which it notices only by using them: all are
   * used at once, and a request that is not answered soon is ended with its connection.
   * @param {URL} base
   * @param {number} patience In milliseconds.
   */
  async flush(base, patience) {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), patience)
    const late = new Promise((resolve) => controller.signal.addEventListener('abort', resolve))
    const { fetch, credentials } = this.#settings
    const use = async () => {
      const answer = await fetch(endpoint(base, 'health/live'), { credentials, cache: 'no-store', signal: controller.signal })
      await answer.arrayBuffer()
    }
    const uses = Promise.all(Array.from({ length: POOL }, () => use().catch(() => {})))
    await Promise.race([uses, late])
    clearTimeout(timer)
  }

  /** @param {URL} base @param {string} path @param {URLSearchParams} query @param {Manner} manner */
  async #ask(base, path, query, manner) {
    const bare = endpoint(base, path)
    const full = withQuery(bare, query)
    const post = { method: 'POST', body: query }
    if (full.href.length > this.#longest) {
      const answer = await this.#fetch(bare, manner, post)
      if (!UNKNOWN.includes(answer.status)) return answer
      // An earlier release takes all in the address, and more of it.
      discard(answer)
      return this.#fetch(full, manner)
    }
    const refusal = await this.#fetch(full, manner).catch((error) => {
      if (!manner.signal.aborted && full.href.length > DOUBTFUL) this.#longest = DOUBTFUL
      throw error
    })
    if (!TOO_LONG.includes(refusal.status)) return refusal
    const answer = await this.#fetch(bare, manner, post)
    if (UNKNOWN.includes(answer.status)) return refusal
    discard(refusal)
    this.#longest = 0
    return answer
  }

  /** @param {URL} url @param {Manner} manner @param {RequestInit} [more] */
  #fetch(url, { type, signal, token, cache }, more) {
    const { fetch, credentials } = this.#settings
    const headers = { Accept: type, ...authorization(token) }
    return fetch(url, { headers, credentials, signal, ...(cache ? { cache } : {}), ...more })
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

/** The header field that shows a token, or a key (RFC 6750, 2.1). @param {string} [token] @returns {Record<string, string>} */
export function authorization(token) {
  return token ? { Authorization: `Bearer ${token}` } : {}
}

/** @param {URL} url @param {URLSearchParams} query */
function withQuery(url, query) {
  const full = new URL(url)
  for (const [name, value] of query) {
    if (name === 'topic') full.searchParams.append(name, value)
    else full.searchParams.set(name, value)
  }
  return full
}

/** Nobody reads the answer. @param {Response} answer */
function discard(answer) {
  answer.body?.cancel().catch(() => {})
}
