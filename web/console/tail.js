import { Hub, HubErrorEvent } from './hub.js'

/** Listens to one topic, whatever its events are called: the client tells each name to its own listeners, so that all are heard only here. */
class Listener extends Hub {
  /** @type {(event: Event) => void} */
  heard = () => {}

  dispatchEvent(event) {
    this.heard(event)
    return super.dispatchEvent(event)
  }
}

/** A topic's events, as they come. */
export class Tail {
  #told
  #took
  /** @type {Listener | undefined} */
  #hub

  /**
   * @param {(event: { id: string, name: string, data: string }) => void} took
   * @param {(what: string, isOver: boolean) => void} told How it is, in words.
   */
  constructor(took, told) {
    this.#took = took
    this.#told = told
  }

  get isRunning() {
    return this.#hub !== undefined
  }

  /** @param {{ url: string, token?: string }} access @param {string} topic @param {string} from `latest`, `earliest`, or how long ago. */
  start({ url, token }, topic, from) {
    this.stop()
    const place = from === 'latest' || from === 'earliest' ? { cursor: from } : { since: from }
    const hub = new Listener(url, { topics: topic, transports: ['sse'], share: false, ...place, ...(token ? { token } : {}) })
    hub.heard = (event) => this.#hub === hub && this.#hear(hub, event)
    this.#hub = hub
    this.#told('Connecting…', false)
  }

  stop() {
    this.#hub?.close()
    this.#hub = undefined
  }

  /** Nobody looks, or somebody does again: the place is kept. @param {boolean} isHidden */
  rest(isHidden) {
    if (isHidden) this.#hub?.pause()
    else this.#hub?.resume()
  }

  #hear(hub, event) {
    if (event instanceof HubErrorEvent) return this.#fail(hub, event.error)
    if (event.type === 'open' && !('topic' in event)) return this.#told('Listening.', false)
    const { type, lastEventId, data } = event
    if (type === 'hub.reset') return this.#told(`The hub told a reset: ${reasonOf(data)}. Events may be missing here.`, false)
    if (type === 'hub.close') return
    this.#took({ id: lastEventId, name: type === 'message' ? '' : type, data })
  }

  #fail(hub, error) {
    const isOver = hub.readyState === Hub.CLOSED
    if (isOver) this.stop()
    this.#told(isOver ? `The hub refuses it: ${error.message}` : `Interrupted: ${error.message}. It goes on by itself.`, isOver)
  }
}

function reasonOf(data) {
  try {
    return `${JSON.parse(data).reason}`
  } catch {
    return 'for no known reason'
  }
}
