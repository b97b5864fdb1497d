/** How long a stream that has ended is still shown, in milliseconds. */
const FAREWELL = 10_000

/** The streams that a search has found, in the order in which they were seen, also those that ended a moment ago. */
export class StreamList {
  /** How many there are on all members, of which each tells some. */
  count = 0
  /** By member and stream. */
  #known = new Map()

  /** @param {{ member: string, count: number, streams: any[] }[]} answers @param {number} at In milliseconds. */
  take(answers, at) {
    this.count = answers.reduce((sum, { count }) => sum + count, 0)
    const told = answers.flatMap(({ member, streams }) => streams.map((stream) => ({ ...stream, member })))
    for (const stream of told) this.#known.set(keyOf(stream), { ...stream, seen: at, hasEnded: false })
    // A member with more streams than it tells may tell others next time.
    const complete = new Set(answers.filter(({ count, streams }) => count <= streams.length).map(({ member }) => member))
    const answered = new Set(answers.map(({ member }) => member))
    for (const [key, stream] of this.#known) {
      if (stream.seen === at) continue
      stream.hasEnded ||= complete.has(stream.member) || !answered.has(stream.member)
      if (at - stream.seen > FAREWELL) this.#known.delete(key)
    }
  }

  /** @returns {[string, any][]} */
  get entries() {
    return [...this.#known]
  }
}

const keyOf = ({ member, stream }) => `${member} ${stream}`
