import { iframe } from './iframe.js'
import { longPoll, poll } from './polling.js'
import { sse } from './stream.js'
import { webSocket } from './ws.js'

/** @type {Record<string, (connection: import('./connecting.js').Connection, publisher: import('./publishing.js').Publisher) => Promise<void>>} */
export const TRANSPORTS = { sse, ws: webSocket, 'long-poll': longPoll, poll, iframe }
