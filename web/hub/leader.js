import { Line } from './line.js'
import { isOrdered } from './order.js'
import { Recent } from './recent.js'

/** How long what one tab says of the network is what the others say, in milliseconds. */
const PATIENCE = 1000

/**
 * What one tab does for all that listen to the same: it has the connection, and tells the others what comes.
 *
 * A tab that joins names its place. If the stream was there it gets what came since; otherwise all that is kept, and asks the hub itself
 * for what was before.
 */
export class Leader {
  /** By which the others tell it from another leader. */
  id = newName()
  #line
  #channel
  #refuse
  #recent = new Recent()
  /** From where the connection goes on. @type {string | undefined} */
  #cursor
  #isOpen = false
  /** Which tab said last that the network is another one, and when. */
  #elsewhere = { by: '', at: -Infinity }
  /** Those who wait until it is known where the stream is. @type {{ member: string, cursor?: string }[]} */
  #waiting = []

  /**
   * @param {import('./settings.js').Settings} settings
   * @param {import('./access.js').Access} access
   * @param {import('./publishing.js').Publisher} publisher
   * @param {string} name What the tabs share.
   * @param {string | undefined} place Where to begin.
   * @param {(error: import('./error.js').HubError) => void} refuse Is told why it can't lead.
   */
  constructor(settings, access, publisher, name, place, refuse) {
    this.#refuse = refuse
    this.#channel = new BroadcastChannel(name)
    this.#channel.onmessage = ({ data }) => this.#hear(data)
    // The times from which members begin are for them to ask for.
    const start = isOrdered(place) ? place : undefined
    this.#cursor = start
    this.#recent.begin(start)
    this.#line = new Line({ ...settings, since: undefined }, access, publisher, this.#sink)
    this.#line.run()
    this.#tell({ kind: 'lead' })
  }

  /** Leaves it to another tab. */
  stop() {
    this.#line.close()
    this.#channel.close()
  }

  /** @type {import('./delivery.js').Sink} */
  #sink = {
    cursor: () => this.#cursor,
    since: () => undefined,
    open: () => {
      this.#isOpen = true
      this.#tell({ kind: 'open' })
      this.#admit()
    },
    lost: (error, isFinal) => {
      this.#isOpen = false
      if (error && isFinal) this.#refuse(error)
      else if (error) this.#tell({ kind: 'lost', error: describe(error) })
    },
    event: (event) => {
      if (event.id) this.#cursor = event.id
      // Before a reset there may be a hole, so nobody goes on from there without the hub's word.
      if (event.type === 'hub.reset') this.#recent.begin(event.id)
      else if (event.id) this.#recent.add(event)
      this.#tell({ kind: 'event', event })
      this.#admit()
    },
    place: (cursor) => {
      this.#cursor = cursor
      if (cursor !== this.#recent.place) this.#recent.begin(cursor)
      this.#tell({ kind: 'place', cursor })
      this.#admit()
    },
  }

  /** @param {any} message */
  #hear({ kind, member, cursor, isElsewhere, by }) {
    if (kind === 'join') this.#waiting.push({ member, cursor })
    else if (kind === 'doubt') this.#doubt(isElsewhere, by)
    else if (kind === 'hurry') this.#line.hurry()
    else if (kind === 'ask') this.#tell({ kind: 'answer' })
    this.#admit()
  }

  /** All tabs come into another network at once, and each says so. @param {boolean} isElsewhere @param {string} by */
  #doubt(isElsewhere, by) {
    const at = performance.now()
    if (isElsewhere && by !== this.#elsewhere.by && at - this.#elsewhere.at < PATIENCE) return
    if (isElsewhere) this.#elsewhere = { by, at }
    this.#line.doubt(isElsewhere)
  }

  /** Lets those in who wait, once it is known where the stream is. */
  #admit() {
    if (this.#recent.place === undefined) return
    for (const { member, cursor } of this.#waiting.splice(0)) {
      const events = cursor === undefined ? [] : this.#recent.after(cursor)
      const place = this.#recent.place
      this.#tell({ kind: 'admit', member, place, isKnown: events !== undefined, events: events ?? this.#recent.all, isOpen: this.#isOpen })
    }
  }

  /** @param {object} message */
  #tell(message) {
    const { base, transport } = this.#line
    this.#channel.postMessage({ ...message, leader: this.id, base: base.href, transport })
  }
}

/** An error as it goes to other tabs; what caused it stays here. @param {import('./error.js').HubError} error */
function describe({ message, kind, status, retryAfter }) {
  return { message, kind, status, retryAfter }
}

/** A name that nobody else has. */
export function newName() {
  return Math.random().toString(36).slice(2) + Date.now().toString(36)
}
