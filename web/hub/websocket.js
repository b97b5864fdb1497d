import { HubError } from './error.js'
import { endpoint } from './link.js'

/**
 * A WebSocket, which also carries what the page publishes.
 * @param {import('./link.js').Link} link
 * @param {import('./publisher.js').Publisher} publisher
 */
export async function webSocket(link, publisher) {
  const url = link.url('ws')
  url.protocol = url.protocol.replace('http', 'ws')
  const socket = new /** @type {typeof WebSocket} */ (link.settings.WebSocket)(url, ['hub.v1+json'])
  const { connectTimeout, heartbeatTimeout } = link.settings
  link.expect(connectTimeout, () => new HubError('the WebSocket did not open in time', { kind: 'unsuited' }))
  // The hub answers what it does not know with an error, which shows that it is there: its pings a page can't see.
  const probe = setInterval(() => link.openedAt && socket.send('{"type":"heartbeat"}'), heartbeatTimeout / 3)
  try {
    await ended(socket, link, (message) => {
      link.expect(heartbeatTimeout, () => new HubError('the WebSocket has fallen silent'))
      take(link, publisher, socket, message)
    })
    if (link.openedAt === undefined) throw await refusal(link)
  } finally {
    clearInterval(probe)
    socket.close()
    publisher.detach(socket)
  }
}

/**
 * @param {WebSocket} socket
 * @param {import('./link.js').Link} link A connection that is dead takes its time to close: once the link is aborted, nobody
 *   needs to wait for that.
 * @param {(message: any) => void} onMessage
 * @returns {Promise<void>} Is rejected if the hub says that it is for good.
 */
function ended(socket, link, onMessage) {
  return new Promise((resolve, reject) => {
    link.signal.addEventListener('abort', () => resolve())
    socket.onmessage = ({ data }) => {
      try {
        onMessage(JSON.parse(data))
      } catch (error) {
        reject(new HubError('the hub sent what is not a message of hub.v1+json', { cause: error }))
      }
    }
    socket.onclose = ({ code, reason }) => {
      // A page that read too slowly was told to come back.
      if (code === 1008 && link.awayTime === undefined) reject(new HubError(`the hub refused: ${reason || 'policy'}`, { kind: 'final' }))
      else resolve()
    }
  })
}

/**
 * @param {import('./link.js').Link} link
 * @param {import('./publisher.js').Publisher} publisher
 * @param {WebSocket} socket
 * @param {any} message
 */
function take(link, publisher, socket, message) {
  const { type, ...rest } = message
  if (type === 'hello') {
    link.place(rest.cursor)
    link.open()
    publisher.attach(socket)
  } else if (type === 'event') {
    link.takeJSON(rest)
  } else if (type === 'reset') {
    const { cursor, ...reset } = rest
    link.takeReset(reset, cursor)
  } else if (type === 'close') {
    link.takeClose(rest.reason, rest.retry)
  } else {
    publisher.settle(message)
  }
}

/**
 * A browser does not tell why a WebSocket did not open. If the hub answers HTTP, then it is the WebSocket that can't be.
 * @param {import('./link.js').Link} link
 */
async function refusal(link) {
  try {
    const { fetch, credentials } = link.settings
    await fetch(endpoint(link.base, 'health/live'), { credentials, signal: link.signal })
    return new HubError('the WebSocket was refused, by the hub or on the way', { kind: 'unsuited' })
  } catch (error) {
    return HubError.from(error)
  }
}
