import { Requests } from './asking.js'
import { backoff } from './backoff.js'
import { Connection } from './connecting.js'
import { HubError } from './error.js'
import { pause } from './pause.js'
import { getBatch } from './polling.js'

/**
 * Asks the hub for all that comes after a place, until there is no more: a tab does so that has been elsewhere than the stream it joins.
 * @param {import('./settings.js').Settings} settings
 * @param {import('./access.js').Access} access
 * @param {import('./delivery.js').Sink} sink It is handed the events, and the place after them.
 * @param {AbortSignal} signal Ends it.
 */
export async function catchUp(settings, access, sink, signal) {
  const requests = new Requests(settings)
  for (let failures = 0; !signal.aborted; failures++) {
    const { bases } = settings
    const connection = new Connection(bases[failures % bases.length], settings, sink, requests)
    const stop = () => connection.end()
    signal.addEventListener('abort', stop)
    try {
      connection.begin(await access.ask())
      while ((await getBatch(connection, 'poll')) === 0) continue
      return
    } catch (cause) {
      const error = connection.failure ?? HubError.from(cause)
      if (signal.aborted) return
      sink.lost(error, error.kind === 'final')
      if (error.kind === 'final') return
      await pause(backoff(failures, error.retryAfter), signal)
    } finally {
      signal.removeEventListener('abort', stop)
      connection.end()
    }
  }
}
