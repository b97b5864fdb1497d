import { HubError } from './error.js'

/**
 * A hidden frame whose page grows by an event at a time, for pages that can keep no request of their own open.
 * @param {import('./link.js').Link} link
 */
export async function iframe(link) {
  const frame = document.createElement('iframe')
  frame.hidden = true
  frame.title = 'Events'
  frame.src = link.url('iframe', { origin: globalThis.origin }).href
  const { connectTimeout, heartbeatTimeout } = link.settings
  link.expect(connectTimeout, () => new HubError('the frame did not begin in time', { kind: 'unsuited' }))
  await new Promise((resolve) => {
    const listen = (/** @type {MessageEvent} */ { source, origin, data }) => {
      if (source !== frame.contentWindow || origin !== link.base.origin || typeof data?.hub !== 'string') return
      link.expect(heartbeatTimeout, () => new HubError('the frame has fallen silent'))
      const { hub, ...message } = data
      if (take(link, hub, message)) resolve(undefined)
    }
    globalThis.addEventListener('message', listen)
    link.signal.addEventListener('abort', () => {
      globalThis.removeEventListener('message', listen)
      frame.remove()
      resolve(undefined)
    })
    document.documentElement.append(frame)
  })
}

/**
 * @param {import('./link.js').Link} link
 * @param {string} kind
 * @param {any} message
 * @returns {boolean} Whether the stream has ended. The frame would come back by itself; the client may know a better place.
 */
function take(link, kind, { cursor, ...message }) {
  if (kind === 'open') {
    link.place(cursor)
    link.open()
  } else if (kind === 'event') {
    link.takeJSON(message)
  } else if (kind === 'reset') {
    link.takeReset(message, cursor)
  } else if (kind === 'close') {
    link.takeClose(message.reason, message.retry)
  }
  return kind === 'close' || kind === 'error'
}
