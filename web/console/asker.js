/** How long an answer may take, in milliseconds: a member that has just gone costs a second. */
const PATIENCE = 10_000

/** Why the hub did not do what it was asked for. */
export class AskError extends Error {
  /** @param {string} message @param {number} [status] The HTTP status, if there was an answer. @param {number} [retryAfter] In milliseconds. */
  constructor(message, status, retryAfter) {
    super(message)
    this.status = status
    this.retryAfter = retryAfter
  }

  /** Whether what was asked for is what can't be: a name that no topic has, an address that is none. */
  get isMistake() {
    return this.status === 400 || this.status === 413
  }

  /** Whether a key would help. */
  get isRefusal() {
    return this.status === 401 || this.status === 403
  }
}

/** Asks the hub that this page comes from, and shows it the key, which nothing but this object holds. */
export class Asker {
  #base
  #key = ''

  /** @param {string} base The address of the document. */
  constructor(base) {
    this.#base = base
  }

  /** @param {string} key A publish key or a token; empty to forget the one that there is. */
  set key(key) {
    this.#key = key
  }

  get hasKey() {
    return this.#key !== ''
  }

  /** What `hub.js` needs. @returns {{ url: string, token?: string }} */
  get access() {
    return { url: new URL('console', this.#base).href, ...(this.#key ? { token: this.#key } : {}) }
  }

  /** Asks all members. @param {object} question @returns {Promise<any>} */
  ask(question) {
    return this.#post('console/ask', question)
  }

  /** A page of the topics' names, in the order of their bytes. @param {{ after?: string, limit: number }} query */
  topics({ after, limit }) {
    return this.#request(`topics?${new URLSearchParams({ limit: `${limit}`, ...(after ? { after } : {}) })}`)
  }

  /** What a topic's buffer holds; nothing if there is no such topic. @param {string} topic @returns {Promise<any>} */
  async topic(topic) {
    try {
      return await this.#request(`topics?${new URLSearchParams({ topic })}`)
    } catch (error) {
      if (error.status === 404) return undefined
      throw error
    }
  }

  /** Drops a topic's replay buffer. @param {string} topic */
  drop(topic) {
    return this.#request(`topics?${new URLSearchParams({ topic })}`, { method: 'DELETE' })
  }

  /** @param {{ topic: string, data: string, event?: string, key: string }} envelope @returns {Promise<any>} */
  publish(envelope) {
    return this.#post('console/publish', envelope)
  }

  #post(path, body) {
    return this.#request(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  }

  async #request(path, options = {}) {
    const headers = { ...options.headers, ...(this.#key ? { Authorization: `Bearer ${this.#key}` } : {}) }
    const answer = await this.#send(new URL(path, this.#base), { ...options, headers })
    if (!answer.ok) throw await problem(answer)
    return answer.status === 204 ? undefined : answer.json().catch(() => Promise.reject(new AskError('the answer is not JSON')))
  }

  async #send(url, options) {
    try {
      return await fetch(url, { ...options, cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE) })
    } catch (error) {
      throw new AskError(error.name === 'TimeoutError' ? `no answer in ${PATIENCE / 1000} s` : 'the hub can’t be reached')
    }
  }
}

async function problem(answer) {
  const { detail } = await answer.json().catch(() => ({}))
  const seconds = Number(answer.headers.get('Retry-After'))
  const retryAfter = seconds > 0 ? seconds * 1000 : undefined
  return new AskError(detail ?? `the answer is ${answer.status} ${answer.statusText}`.trim(), answer.status, retryAfter)
}
