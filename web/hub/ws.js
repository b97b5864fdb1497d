import { HubError } from './error.js'
import { refusal } from './refusal.js'
import { fitsAddress } from './token.js'

const OPEN = 1
const PROBE = '{"type":"heartbeat"}'
/** Tells the answer to a token from those to publications. */
const AUTHORIZE = 'token'

/**
 * A WebSocket, which also carries what the page publishes.
 * @param {import('./connecting.js').Connection} connection
 * @param {import('./publishing.js').Publisher} publisher
 */
export async function webSocket(connection, publisher) {
  const url = connection.url('ws')
  url.protocol = url.protocol.replace('http', 'ws')
  const socket = new /** @type {typeof WebSocket} */ (connection.settings.WebSocket)(url, ['hub.v1+json'])
  const { connectTimeout, heartbeatTimeout } = connection.settings
  connection.expect(connectTimeout, () => new HubError('the WebSocket did not open in time', { kind: 'unsuited' }))
  // The hub answers what it does not know with an error, which shows that it is there: its pings a page can't see.
  const probe = setInterval(() => connection.openedAt && socket.send(PROBE), heartbeatTimeout / 3)
  try {
    connection.onDoubt = () => {
      if (socket.readyState === OPEN) socket.send(PROBE)
      connection.hasten()
    }
    connection.onToken = (token) => {
      if (socket.readyState === OPEN) socket.send(JSON.stringify({ type: 'authorize', token, ref: AUTHORIZE }))
    }
    await ended(socket, connection, (message) => {
      connection.hear()
      connection.expect(heartbeatTimeout, () => new HubError('the WebSocket has fallen silent'))
      take(connection, publisher, socket, message)
    })
    if (connection.openedAt === undefined) throw await refusal(connection, 'WebSocket')
  } finally {
    clearInterval(probe)
    socket.close()
    publisher.detach(socket)
  }
}

/**
 * @param {WebSocket} socket
 * @param {import('./connecting.js').Connection} connection A connection that is dead takes its time to close: once the connection is aborted, nobody
 *   needs to wait for that.
 * @param {(message: any) => void} onMessage
 * @returns {Promise<void>} Is rejected if the hub says that it is for good.
 */
function ended(socket, connection, onMessage) {
  return new Promise((resolve, reject) => {
    connection.signal.addEventListener('abort', () => resolve())
    socket.onmessage = ({ data }) => {
      try {
        onMessage(JSON.parse(data))
      } catch (error) {
        reject(new HubError('the hub sent what is not a message of hub.v1+json', { cause: error }))
      }
    }
    // Some versions of Node say no more when a WebSocket does not open.
    socket.onerror = () => connection.openedAt === undefined && resolve()
    socket.onclose = ({ code, reason }) => {
      // A page that read too slowly was told to come back.
      if (code === 1008 && connection.awayTime === undefined) reject(new HubError(`the hub refused: ${reason || 'policy'}`, { kind: 'final' }))
      else resolve()
    }
  })
}

/**
 * @param {import('./connecting.js').Connection} connection
 * @param {import('./publishing.js').Publisher} publisher
 * @param {WebSocket} socket
 * @param {any} message
 */
function take(connection, publisher, socket, message) {
  const { type, ...rest } = message
  if (type === 'hello') {
    connection.place(rest.cursor)
    connection.open()
    // The hub knows no key from it.
    if (fitsAddress(connection.token)) publisher.attach(socket)
  } else if (type === 'event') {
    connection.takeJSON(rest)
  } else if (type === 'reset') {
    const { cursor, ...reset } = rest
    connection.takeReset(reset, cursor)
  } else if (type === 'close') {
    connection.takeClose(rest.reason, rest.retry)
  } else if (message.ref === AUTHORIZE) {
    // It is a token for another connection, say that of somebody else.
    if (type === 'error') connection.replace()
  } else {
    publisher.settle(message)
  }
}
