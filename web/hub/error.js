/**
 * What went wrong, and what it means for the connection.
 *
 * - `network`: the hub could not be reached, or went away. Another try, elsewhere if there is an elsewhere.
 * - `unsuited`: this transport does not work here, such as a stream through a proxy that buffers. The next transport.
 * - `final`: the same request would fail again, such as one for a topic that may not be.
 * @typedef {'network' | 'unsuited' | 'final'} Kind
 */

/** Why a connection ended, or a publish failed. */
export class HubError extends Error {
  name = 'HubError'

  /** What follows from it. @type {Kind} */
  kind

  /** The HTTP status, if there was an answer. @type {number | undefined} */
  status

  /** How long to wait before another try, in milliseconds, if the hub said so. @type {number | undefined} */
  retryAfter

  /**
   * @param {string} message
   * @param {{ kind?: Kind, status?: number, retryAfter?: number, cause?: unknown }} [details]
   */
  constructor(message, { kind = 'network', status, retryAfter, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.status = status
    this.retryAfter = retryAfter
  }

  /**
   * @param {unknown} cause
   * @returns {HubError}
   */
  static from(cause) {
    if (cause instanceof HubError) return cause
    return new HubError(`the hub can't be reached: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }

  /**
   * The error that a refusing answer stands for. Its message is the problem's detail (RFC 9457), if it has one.
   * @param {Response} answer
   * @returns {Promise<HubError>}
   */
  static async of(answer) {
    const { status } = answer
    const problem = await answer.json().catch(() => undefined)
    const retryAfter = readRetryAfter(answer.headers.get('Retry-After'))
    const detail = typeof problem?.detail === 'string' ? problem.detail : answer.statusText
    return new HubError(`${status} ${detail}`.trim(), { kind: kindOf(status), status, retryAfter })
  }
}

/** @param {number} status @returns {Kind} */
function kindOf(status) {
  // The path, its method or its media type is not there: another transport's may be.
  if (status === 404 || status === 405 || status === 406 || status === 501) return 'unsuited'
  // Too slow, too early, too many, and whatever befell the hub or the proxy before it: all this passes.
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'network'
  return 'final'
}

/**
 * Reads a `Retry-After` field: seconds, or a date (RFC 9110, 10.2.3).
 * @param {string | null} field
 * @param {number} [now] Milliseconds since 1970.
 * @returns {number | undefined} Milliseconds.
 */
export function readRetryAfter(field, now = Date.now()) {
  if (!field) return undefined
  if (/^[0-9]+$/.test(field)) return Number(field) * 1000
  const date = Date.parse(field)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
