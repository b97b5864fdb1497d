/** How much is kept: events, and characters of them. */
const [COUNT, SIZE] = [1000, 1 << 20]

/**
 * The last events of a shared stream, so that a tab which joins a little late, or was with another leader before, need not ask the hub.
 */
export class Recent {
  /** @type {import('./event.js').Received[]} */
  #events = []
  #size = 0
  /** The place after which all events are here. @type {string | undefined} */
  #base

  /** The place of the newest. */
  get place() {
    return this.#events[this.#events.length - 1]?.id ?? this.#base
  }

  get all() {
    return this.#events
  }

  /** The stream is at a place, without an event. What was before may have a hole. @param {string} [place] */
  begin(place) {
    this.#events = []
    this.#size = 0
    this.#base = place
  }

  /** @param {import('./event.js').Received} event */
  add(event) {
    this.#events.push(event)
    this.#size += event.data.length
    while (this.#events.length > COUNT || this.#size > SIZE) {
      const old = /** @type {import('./event.js').Received} */ (this.#events.shift())
      this.#size -= old.data.length
      this.#base = old.id
    }
  }

  /**
   * What comes after a place.
   * @param {string | undefined} place
   * @returns {import('./event.js').Received[] | undefined} `undefined` if the place is none that the stream was at.
   */
  after(place) {
    if (place === this.#base) return this.#events
    const index = this.#events.findIndex(({ id }) => id === place)
    return index < 0 ? undefined : this.#events.slice(index + 1)
  }
}
