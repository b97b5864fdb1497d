import { catchUp } from './catch_up.js'
import { HubError } from './error.js'
import { newName } from './leader.js'
import { isReached } from './order.js'

/**
 * Takes for a tab what its leader tells, from the place on where the tab is. If the leader does not know that place, the hub is asked for
 * what comes after it, and what the leader tells meanwhile waits.
 */
export class Follower {
  #channel
  #settings
  #access
  #sink
  #signal
  #member = ''
  /** @type {string | undefined} */
  #leader
  /** Whether the leader has let this tab in. */
  #isAdmitted = false
  /** What waits while the tab catches up. @type {import('./event.js').Received[] | undefined} */
  #queue
  #isOpen = false
  /** Whether the leader's connection works. */
  #isLeaderOpen = false

  /** When the leader was heard last, by `performance.now()`. */
  heardAt = 0
  /** The address of the member in use, and the transport; what is told of them first. @type {{ base: string, transport: string } | undefined} */
  way

  /**
   * @param {string} name What the tabs share.
   * @param {import('./settings.js').Settings} settings
   * @param {import('./access.js').Access} access
   * @param {import('./delivery.js').Sink} sink
   * @param {AbortSignal} signal Ends it.
   */
  constructor(name, settings, access, sink, signal) {
    this.#settings = settings
    this.#access = access
    this.#sink = { ...sink, since: () => settings.since, retry: () => {} }
    this.#signal = signal
    this.#channel = new BroadcastChannel(name)
    this.#channel.onmessage = ({ data }) => signal.aborted || this.#hear(data)
    signal.addEventListener('abort', () => this.#channel.close())
    this.#join()
  }

  /** Says something to the leader. @param {object} message */
  tell(message) {
    if (!this.#signal.aborted) this.#channel.postMessage(message)
  }

  /** Asks the leader, if there is one, to be let in at the place where the tab is. */
  #join() {
    this.#isAdmitted = false
    this.#queue = undefined
    this.#member = newName()
    const start = this.#settings.since && 'since'
    this.tell({ kind: 'join', member: this.#member, cursor: this.#sink.cursor() ?? start })
  }

  /** @param {any} message */
  #hear({ leader, base, transport, ...message }) {
    if (!leader) return
    if (message.kind === 'lead') {
      this.#leader = leader
      this.#lose()
      this.#join()
    }
    this.#leader ??= leader
    if (leader !== this.#leader) return
    this.heardAt = performance.now()
    this.way = { base, transport }
    this.#follow(message)
  }

  /** @param {any} message */
  #follow({ kind, event, cursor, error, member, ...rest }) {
    if (kind === 'admit' && member === this.#member) this.#enter(rest)
    else if (kind === 'event' && this.#isAdmitted) this.#take(event)
    else if (kind === 'place' && this.#isAdmitted) this.#place(cursor)
    else if (kind === 'open') this.#open()
    else if (kind === 'lost') this.#lose(new HubError(error.message, error))
  }

  /** @param {{ place: string, isKnown: boolean, events: import('./event.js').Received[], isOpen: boolean }} message */
  async #enter({ place, isKnown, events, isOpen }) {
    this.#isAdmitted = true
    this.#isLeaderOpen = isOpen
    if (isKnown) for (const event of events) this.#take(event)
    else await this.#catchUp(events)
    if (this.#sink.cursor() === undefined) this.#sink.place(place)
    if (this.#isLeaderOpen) this.#open()
  }

  /** @param {import('./event.js').Received[]} events What the leader has kept. */
  async #catchUp(events) {
    const queue = [...events]
    this.#queue = queue
    await catchUp(this.#settings, this.#access, this.#sink, this.#signal)
    // Another leader may have come meanwhile.
    if (this.#queue !== queue || this.#signal.aborted) return
    this.#queue = undefined
    for (const event of queue) this.#take(event)
  }

  /** @param {import('./event.js').Received} event */
  #take(event) {
    if (this.#queue) this.#queue.push(event)
    else if (event.type === 'hub.reset' || !isReached(event.id, this.#sink.cursor())) this.#sink.event(event)
  }

  /** @param {string} cursor */
  #place(cursor) {
    if (!this.#queue && !isReached(cursor, this.#sink.cursor())) this.#sink.place(cursor)
  }

  #open() {
    this.#isLeaderOpen = true
    if (this.#isOpen || !this.#isAdmitted || this.#queue) return
    this.#isOpen = true
    this.#sink.open()
  }

  /** @param {HubError} [error] */
  #lose(error) {
    this.#isLeaderOpen = false
    if (this.#isOpen || error) this.#sink.lost(error)
    this.#isOpen = false
  }
}
