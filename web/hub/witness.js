import { longer } from './patience.js'
import { pause } from './pause.js'

/** How long the hub waits for an event, in seconds. */
const WAIT = 25

/**
 * Finds out whether a connection that says nothing is dead, for it can't be asked: the hub is asked beside it, with polls, for
 * events that the connection does not bring. So one that is well is left alone, and no event has to wait for its silence to be noticed.
 * @param {import('./connecting.js').Connection} connection
 * @param {AbortSignal} signal Is aborted when the connection says something, or is over.
 */
export async function examine(connection, signal) {
  if (connection.silence > connection.settings.heartbeatTimeout) return connection.abandon()
  let batch = await first(connection, signal)
  while (batch && !signal.aborted) {
    const { events, resets = [], cursor } = batch
    if (events.length + resets.length > 0) {
      await pause(connection.grace, signal)
      return signal.aborted ? undefined : connection.abandon()
    }
    const patience = WAIT * 1000 + connection.settings.connectTimeout
    batch = await ask(connection, signal, 'long-poll', { cursor, timeout: WAIT }, patience)
  }
}

/** @param {import('./connecting.js').Connection} connection @param {AbortSignal} signal */
async function first(connection, signal) {
  const { patience, settings } = connection
  for (let time = /** @type {number | undefined} */ (patience); time; time = longer(time, settings.connectTimeout)) {
    const batch = await ask(connection, signal, 'poll', {}, time)
    if (batch || signal.aborted) return batch
    await connection.flush(time)
  }
  return ask(connection, signal, 'poll', {}, settings.connectTimeout)
}

/**
 * @param {import('./connecting.js').Connection} connection
 * @param {AbortSignal} signal
 * @param {string} path
 * @param {Record<string, string | number>} query
 * @param {number} patience In milliseconds.
 * @returns {Promise<any>} A batch; `undefined` if there was none in time, which proves nothing.
 */
async function ask(connection, signal, path, query, patience) {
  if (signal.aborted) return undefined
  const controller = new AbortController()
  const stop = () => controller.abort()
  const timer = setTimeout(stop, patience)
  signal.addEventListener('abort', stop)
  try {
    const manner = { type: 'application/json', signal: controller.signal, cache: /** @type {const} */ ('no-store') }
    // Some versions of Node forget about an abort, so it is waited for as well.
    const over = new Promise((resolve) => controller.signal.addEventListener('abort', resolve))
    return await Promise.race([connection.ask(path, query, manner).then((answer) => answer.json()), over.then(() => undefined)])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
