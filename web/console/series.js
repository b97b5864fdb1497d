/** How much is kept, in milliseconds. */
const LONGEST = 300_000
/** How much is shown at least, in milliseconds. */
const SHORTEST = 60_000
/** Between points that are further apart than this, in milliseconds, nobody has looked. */
const GAP = 10_000

/** A number's last minutes. */
export class Series {
  /** @type {{ at: number, value: number }[]} */
  #points = []

  /** @param {number} at In milliseconds. @param {number | undefined} value Nothing is a gap. */
  add(at, value) {
    if (value !== undefined && Number.isFinite(value)) this.#points.push({ at, value })
    while (this.#points.length > 0 && this.#points[0].at < at - LONGEST) this.#points.shift()
  }

  get last() {
    return this.#points.at(-1)?.value
  }

  /** How much there is to be shown at a time, in milliseconds. @param {number} at */
  span(at) {
    return Math.max(SHORTEST, at - (this.#points[0]?.at ?? at))
  }

  /** The least and the most, or nothing. @returns {[number, number] | undefined} */
  get range() {
    if (this.#points.length === 0) return undefined
    const values = this.#points.map(({ value }) => value)
    return [Math.min(...values), Math.max(...values)]
  }

  /** The runs of points without a gap. */
  get runs() {
    const runs = []
    let last = -Infinity
    for (const point of this.#points) {
      if (point.at - last > GAP) runs.push([])
      runs.at(-1).push(point)
      last = point.at
    }
    return runs
  }
}
