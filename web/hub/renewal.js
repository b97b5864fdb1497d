import { backoff } from './backoff.js'
import { pause } from './pause.js'
import { renewalDelay } from './token.js'

/** The longest time that a timer takes, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/**
 * Sees to it that a connection has another token before its own ends. If none can be had the connection is used up to the end: that is
 * told as the end of any other.
 * @param {import('./connecting.js').Connection} connection
 * @param {import('./access.js').Access} access
 */
export async function renew(connection, access) {
  let failures = 0
  while (!connection.isOver && !access.isFixed) {
    const delay = renewalDelay(connection.token)
    if (delay === undefined) return
    await pause(Math.min(LONGEST, failures > 0 ? backoff(failures) : delay), connection.signal)
    if (connection.isOver) return
    if (delay > LONGEST) continue
    try {
      const token = await access.ask()
      failures = 0
      if (token !== connection.token) connection.renew(token)
    } catch {
      failures += 1
    }
  }
}
