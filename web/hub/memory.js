/** How long a transport that worked is remembered: what was in the way of the better ones may pass. */
const AGE = 30 * 60_000

/**
 * Remembers, for as long as the tab is open, which transport worked with a hub.
 *
 * The storage may be absent (Node), forbidden (a sandboxed frame) or full, none of which matters.
 */
export class TransportMemory {
  #key

  /** @param {URL} base */
  constructor(base) {
    this.#key = `hub.transport ${base.href}`
  }

  /** @returns {string | undefined} */
  recall() {
    try {
      const { name, since } = JSON.parse(globalThis.sessionStorage.getItem(this.#key) ?? '{}')
      return Date.now() - since < AGE ? name : undefined
    } catch {
      return undefined
    }
  }

  /** @param {string} name */
  remember(name) {
    try {
      if (this.recall() === name) return
      globalThis.sessionStorage.setItem(this.#key, JSON.stringify({ name, since: Date.now() }))
    } catch {}
  }
}
