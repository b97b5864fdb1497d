import { HubError } from './error.js'
import { refusal } from './refusal.js'

/** How long after a page's end its messages may come, in milliseconds. */
const LATE = 1000

/**
 * A hidden frame whose page grows by an event at a time, for pages that can keep no request of their own open.
 * @param {import('./connecting.js').Connection} connection
 */
export async function iframe(connection) {
  const frame = document.createElement('iframe')
  frame.hidden = true
  frame.title = 'Events'
  frame.src = connection.url('iframe', { origin: globalThis.origin }).href
  const { connectTimeout, heartbeatTimeout } = connection.settings
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let late
  const isRefused = await new Promise((resolve) => {
    const listen = (/** @type {MessageEvent} */ { source, origin, data }) => {
      if (source !== frame.contentWindow || origin !== connection.base.origin || typeof data?.hub !== 'string') return
      connection.hear()
      connection.expect(heartbeatTimeout, () => new HubError('the frame has fallen silent'))
      const { hub, ...message } = data
      if (take(connection, hub, message)) resolve(false)
    }
    globalThis.addEventListener('message', listen)
    connection.signal.addEventListener('abort', () => {
      globalThis.removeEventListener('message', listen)
      frame.remove()
      resolve(false)
    })
    // A page that has ended without a word was no stream of the hub's. Firefox does not even load one that it can't show.
    late = setTimeout(() => connection.openedAt === undefined && resolve(true), connectTimeout)
    frame.onload = () => setTimeout(() => connection.openedAt === undefined && resolve(true), LATE)
    document.documentElement.append(frame)
  })
  clearTimeout(late)
  if (isRefused) throw await refusal(connection, 'frame')
}

/**
 * @param {import('./connecting.js').Connection} connection
 * @param {string} kind
 * @param {any} message
 * @returns {boolean} Whether the stream has ended. The frame would come back by itself; the client may know a better place.
 */
function take(connection, kind, { cursor, ...message }) {
  if (kind === 'open') {
    connection.place(cursor)
    connection.open()
  } else if (kind === 'event') {
    connection.takeJSON(message)
  } else if (kind === 'reset') {
    connection.takeReset(message, cursor)
  } else if (kind === 'close') {
    connection.takeClose(message.reason, message.retry)
  }
  return kind === 'close' || kind === 'error'
}
