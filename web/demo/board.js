import { Hub } from '../hub.js'
import { Meter } from './meter.js'
import { Row } from './row.js'
import { Wire } from './wire.js'

const CUT = 5000

/** Clocks that differ by more than this, in milliseconds, can't tell how long an event took. */
const SKEW = 1000

/** The ways in which the page gets the clock. */
const TRANSPORTS = [
  { name: 'poll', title: 'Polling', text: 'asks every second' },
  { name: 'long-poll', title: 'Long polling', text: 'asks, and waits for an event' },
  { name: 'iframe', title: 'Hidden iframe', text: 'a page that never ends' },
  { name: 'sse', title: 'Server-Sent Events', text: 'an answer that never ends' },
  { name: 'ws', title: 'WebSocket', text: 'a connection for both ways' },
]

/** The clock over one transport. */
class Line {
  #meter = new Meter()
  #wire = new Wire()
  #board
  #transport
  #row
  #caughtUp = 0
  #resets = 0

  constructor(board, transport, base) {
    this.#board = board
    this.#transport = transport
    this.#row = new Row(transport, () => this.cut())
    const { fetch, WebSocket } = this.#wire
    if (transport.name === 'iframe') this.#wire.countFrames()
    const options = { topics: board.topicsOf(transport.name), transports: [transport.name], pollInterval: 1000, fetch, WebSocket }
    this.hub = new Hub(base, options)
    this.hub.onopen = () => this.#open()
    this.hub.onmessage = (event) => event.topic === 'clock' && this.#take(JSON.parse(event.data))
    this.hub.onerror = ({ error }) => this.#fail(error)
    this.hub.addEventListener('hub.reset', () => (this.#resets += 1))
    this.#row.showState('connecting')
  }

  get element() {
    return this.#row.element
  }

  #open() {
    this.#row.showState('open')
    this.#board.greet()
  }

  #take(tick) {
    const latency = this.#board.latency(tick.time)
    if (latency > 2000) this.#caughtUp += 1
    else this.#tellCaughtUp()
    this.#meter.take(tick, latency)
    this.#row.showTime(tick.time)
    this.#board.reach(Math.round(tick.time / 1000))
  }

  #tellCaughtUp() {
    if (this.#caughtUp === 0) return
    const hole = this.#meter.missed + this.#resets > 0 ? 'some were missed' : 'nothing was missed'
    this.#board.tell(`${this.#transport.title} is back: ${this.#caughtUp} events were replayed, ${hole}.`)
    this.#caughtUp = 0
  }

  #fail(error) {
    this.#row.showState(this.hub.readyState === Hub.CLOSED ? 'closed' : 'connecting')
    if (error.status === 401) return this.#board.tell('The clock is not public on this hub: see “A private topic”.')
    this.#board.tell(`${this.#transport.title}: ${error.message}.`)
  }

  /** Ends the connection, and makes another one after a while. */
  cut() {
    if (this.element.dataset.state === 'cut' || this.hub.readyState === Hub.CLOSED) return
    const end = Date.now() + CUT
    this.hub.pause()
    this.#board.tell(`${this.#transport.title} is cut.`)
    const count = () => {
      const seconds = Math.ceil((end - Date.now()) / 1000)
      if (seconds > 0) {
        this.#row.showState('cut', `cut, back in ${seconds} s`)
        setTimeout(count, (end - Date.now()) % 1000 || 1000)
      } else {
        this.#row.showState('connecting')
        if (!document.hidden) this.hub.resume()
      }
    }
    count()
  }

  show(newest) {
    const { received, missed, doubled, latency } = this.#meter
    this.#row.showStrip(this.#meter.seconds, newest)
    this.#row.showNumbers({
      latency: latency === undefined ? '–' : duration(latency),
      bytes: received ? Math.round(this.#wire.bytes / received).toLocaleString('en') : '–',
      requests: this.#wire.requests.toLocaleString('en'),
      holes: [missed, doubled && `${doubled} doubled`, this.#resets && 'reset'].filter((part, n) => !n || part).join(', '),
    })
  }
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  return milliseconds < 1000 ? `${Math.max(0, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

/** All transports side by side. */
export class Board {
  #newest = 0
  #fastest = Infinity
  #echoTopic
  #told
  #hasGreeted = false

  /** @param {{ base: string, echoTopic: string, list: Element, told: Element, skew: Element }} parts */
  constructor({ base, echoTopic, list, told, skew }) {
    this.#echoTopic = echoTopic
    this.#told = told
    this.skew = skew
    this.lines = TRANSPORTS.map((transport) => new Line(this, transport, base))
    list.append(...this.lines.map(({ element }) => element))
  }

  /** The client that uses a transport. */
  hub(name) {
    return this.lines[TRANSPORTS.findIndex((transport) => transport.name === name)].hub
  }

  /** What a transport listens to: one of them also carries what people publish, another one the echo. */
  topicsOf(name) {
    if (name === 'sse') return ['clock', 'demo']
    return name === 'ws' ? ['clock', this.#echoTopic] : ['clock']
  }

  /** How long an event took, in milliseconds, as far as the clocks of this machine and the hub's can tell. */
  latency(time) {
    const latency = Date.now() - time
    this.#fastest = Math.min(this.#fastest, latency)
    if (Math.abs(this.#fastest) < SKEW) return latency
    this.skew.textContent = `they differ by ${(this.#fastest / 1000).toFixed(1)} s`
    return latency - this.#fastest
  }

  /** An event of this second has come. */
  reach(second) {
    if (second > this.#newest) this.#newest = second
    this.show()
  }

  show() {
    for (const line of this.lines) line.show(this.#newest)
  }

  tell(text) {
    this.#hasGreeted = true
    this.#told.textContent = text
  }

  /** Once all are open that was what was waited for, unless there was something else to tell. */
  greet() {
    const isDone = this.lines.every(({ element }) => element.dataset.state === 'open')
    if (isDone && !this.#hasGreeted) this.tell('All five are open.')
  }

  cutAll() {
    for (const line of this.lines) line.cut()
  }

  /** Nobody looks: three connections fewer, of the six that a browser grants an origin. */
  rest(isHidden) {
    for (const { hub, element } of this.lines) {
      if (element.dataset.state === 'cut') continue
      if (isHidden) hub.pause()
      else hub.resume()
    }
  }
}
