import { Access } from './hub/access.js'
import { HubError } from './hub/error.js'
import { HubErrorEvent, HubEvent } from './hub/event.js'
import { Line } from './hub/line.js'
import { Publisher } from './hub/publishing.js'
import { readSettings } from './hub/settings.js'
import { Share } from './hub/share.js'
import { TRANSPORTS } from './hub/transports.js'
import { Waking } from './hub/waking.js'

export { HubError, HubErrorEvent, HubEvent }

/**
 * @typedef {'sse' | 'ws' | 'long-poll' | 'poll' | 'iframe'} TransportName
 */

/**
 * A stream of a hub's events, with the interface of an EventSource: `open`, `message` and `error` events, and one of every
 * name that events are published with; also `hub.reset` and `hub.close`. What is published as `open` or `error` is a HubEvent, and comes to
 * listeners of its name, not to `onopen` and `onerror`.
 *
 * The place in the stream, `lastEventId`, moves only when an event is handed to the page, and it is good on every transport
 * and on every member of the cluster. So nothing is lost and nothing is doubled, whatever becomes of connections.
 */
export class Hub extends EventTarget {
  static CONNECTING = 0
  static OPEN = 1
  static CLOSED = 2

  /** @type {((event: Event) => void) | null} */
  onopen = null
  /** @type {((event: HubEvent) => void) | null} */
  onmessage = null
  /** @type {((event: HubErrorEvent) => void) | null} */
  onerror = null

  #settings
  /** @type {(Source: typeof Line | typeof Share) => Line | Share} */
  #make
  /** What brings the events: a connection of its own, or a part of what tabs share. @type {Line | Share} */
  #source
  #readyState = Hub.CONNECTING
  #cursor
  #isPaused = false

  /**
   * Connects.
   * @param {string | URL | (string | URL)[]} urls The address of the hub, or of several members of one cluster.
   * @param {import('./hub/settings.js').HubOptions} options
   */
  constructor(urls, options) {
    super()
    this.#settings = readSettings(urls, options ?? {}, Object.keys(TRANSPORTS))
    this.#cursor = this.#settings.cursor
    const access = new Access(this.#settings)
    const publisher = new Publisher(this.#settings, access)
    this.#make = (Source) => new Source(this.#settings, access, publisher, this.#sink)
    this.#source = this.#make(this.#settings.isShared ? Share : Line)
    // Somebody may publish under these names, too.
    this.addEventListener('open', (event) => event instanceof HubEvent || this.onopen?.(event))
    this.addEventListener('message', (event) => this.onmessage?.(/** @type {HubEvent} */ (event)))
    this.addEventListener('error', (event) => event instanceof HubErrorEvent && this.onerror?.(event))
    this.#waking.start()
    this.#run()
  }

  /** `Hub.CONNECTING`, `Hub.OPEN` or `Hub.CLOSED`. */
  get readyState() {
    return this.#readyState
  }

  /** The place in the stream: the cursor with which to go on, now or another time; empty if there is none yet. */
  get lastEventId() {
    return this.#cursor ?? ''
  }

  /** The address of the member in use. */
  get url() {
    return this.#source.base.href
  }

  /** The transport in use. @returns {TransportName} */
  get transport() {
    return /** @type {TransportName} */ (this.#source.transport)
  }

  /** Ends the connection for good. */
  close() {
    this.#readyState = Hub.CLOSED
    this.#waking.stop()
    this.#source.close()
  }

  /** Ends the connection and keeps the place, say while nobody looks at the page. */
  pause() {
    if (this.#readyState === Hub.CLOSED || this.#isPaused) return
    this.#isPaused = true
    this.#readyState = Hub.CONNECTING
    this.#source.pause()
  }

  /** Goes on after `pause`, from the same place. */
  resume() {
    this.#isPaused = false
    this.#source.resume()
  }

  /**
   * Publishes an event, on one topic or several. It is tried again while that may help, and never published twice.
   * @param {string | string[]} topic
   * @param {unknown} data A text, or any other value, which is then sent as its JSON.
   * @param {import('./hub/publishing.js').PublishOptions} [options]
   * @returns {Promise<string>} The event's id.
   * @throws {HubError}
   */
  publish(topic, data, options = {}) {
    return this.#source.publish(topic, data, options)
  }

  async #run() {
    if (this.#source instanceof Share && !(await Share.isAllowed())) {
      this.#source = this.#make(Line)
      if (this.#isPaused) this.#source.pause()
    }
    if (this.#readyState !== Hub.CLOSED) this.#source.run()
  }

  #waking = new Waking((isElsewhere) => this.#source.doubt(isElsewhere))

  /** @type {import('./hub/delivery.js').Sink} */
  #sink = {
    cursor: () => this.#cursor,
    open: () => {
      this.#readyState = Hub.OPEN
      this.dispatchEvent(new Event('open'))
    },
    lost: (error, isFinal) => {
      this.#readyState = isFinal ? Hub.CLOSED : Hub.CONNECTING
      if (isFinal) this.#waking.stop()
      if (error) this.dispatchEvent(new HubErrorEvent(error))
    },
    event: ({ type, data, topic, id }) => {
      if (id) this.#cursor = id
      const { origin } = this.#source.base
      this.dispatchEvent(new HubEvent(type, { data, topic, lastEventId: this.lastEventId, origin }))
    },
    place: (cursor) => {
      this.#cursor = cursor
    },
  }
}
