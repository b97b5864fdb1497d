// Servers that do what a hub does only in need, and what else a client finds around it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTCPServer } from 'node:net'

/** A server that answers as it is told, for the answers that a hub gives only in need. */
export async function serve(t, answer) {
  const requests = []
  const server = createServer((request, response) => {
    const [path, query = ''] = request.url.split('?')
    const { authorization } = request.headers
    const asked = { method: request.method, path, query: new URLSearchParams(query), authorization, body: '', at: Date.now() }
    requests.push(asked)
    request.on('data', (bytes) => (asked.body += bytes))
    answer(response, requests.length, asked)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { requests, url: `http://127.0.0.1:${server.address().port}/` }
}

/** The address of a server that accepts connections and never says anything. */
export async function blackHole(t) {
  const sockets = new Set()
  const server = createTCPServer((socket) => sockets.add(socket.on('error', () => {}).resume())).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://127.0.0.1:${server.address().port}/`
}

export const STREAM = { 'Content-Type': 'text/event-stream' }

export function problem(response, status, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers })
  response.end(JSON.stringify({ status, detail: 'the reason' }))
}

/** The events of a browser's window and of its document, for the time of a test. */
export function browserEvents(t) {
  const events = new EventTarget()
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  t.after(() => delete globalThis.document)
  for (const name of ['addEventListener', 'removeEventListener']) {
    globalThis[name] = events[name].bind(events)
    t.after(() => delete globalThis[name])
  }
  return events
}
