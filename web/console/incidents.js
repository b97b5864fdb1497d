/** How many incidents the page remembers. */
export const MOST = 500
/** How many a member tells with every report. */
export const TOLD = 32

/** What went wrong for somebody, on all members: resets, refusals, slow readers. */
export class Incidents {
  /** By member and number. */
  #known = new Map()
  /** The highest number of each member. @type {Map<string, number>} */
  #highest = new Map()

  /**
   * Takes what a member tells.
   * @param {string} member
   * @param {{ number: number, at: number, kind: string, reason: string, count: number }[]} told
   * @returns {boolean} Whether some may be missing, since more have happened than are told at once.
   */
  take(member, told) {
    if (told.length === 0) return false
    const numbers = told.map(({ number }) => number)
    const last = this.#highest.get(member)
    for (const incident of told) this.#known.set(`${member} ${incident.number}`, { ...incident, member })
    this.#highest.set(member, Math.max(last ?? -1, ...numbers))
    this.#forget()
    return last === undefined ? told.length >= TOLD : Math.min(...numbers) > last + 1
  }

  /** All, the newest first. */
  get list() {
    return [...this.#known].map(([key, incident]) => ({ key, ...incident })).sort((a, b) => b.at - a.at || b.number - a.number)
  }

  /** How many have happened since a time. @param {number} at In seconds since 1970. */
  since(at) {
    return [...this.#known.values()].reduce((sum, incident) => sum + (incident.at >= at ? incident.count : 0), 0)
  }

  /** How many there were of each kind. @returns {Map<string, number>} */
  get counts() {
    const counts = new Map()
    for (const { kind, count } of this.#known.values()) counts.set(kind, (counts.get(kind) ?? 0) + count)
    return counts
  }

  #forget() {
    if (this.#known.size <= MOST) return
    for (const { key } of this.list.slice(MOST)) this.#known.delete(key)
  }
}
