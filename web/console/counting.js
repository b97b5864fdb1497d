import { difference } from './quantile.js'
import { Samples } from './samples.js'

/** How far back a rate looks, in seconds: less jumps, more is late. */
const RATE_WINDOW = 10
/** How far back a quantile looks, in seconds: it needs observations. */
const QUANTILE_WINDOW = 60
/** After a pause of more seconds the page has not looked, and what was before says nothing of now. */
const LONGEST_PAUSE = 30

/** What one process's counters say of the last seconds: all rates are made of the differences between its own reports, by its own clock. */
export class Counting {
  /** The reports of the last minute, the oldest first. @type {{ now: number, samples: Samples }[]} */
  #reports = []

  /** @param {number} now The member's clock, in seconds. @param {[string, Record<string, string>, number][]} metrics */
  take(now, metrics) {
    const last = this.#reports.at(-1)
    if (last && (now - last.now > LONGEST_PAUSE || now < last.now)) this.#reports = []
    if (now === this.#reports.at(-1)?.now) return
    this.#reports.push({ now, samples: new Samples(metrics) })
    // One that is older than the window is kept, so that all of the window is covered.
    while (this.#reports.length > 2 && now - this.#reports[1].now >= QUANTILE_WINDOW) this.#reports.shift()
  }

  /** The newest samples. */
  get samples() {
    return this.#reports.at(-1)?.samples ?? new Samples([])
  }

  /** How fast a counter rises, a second. @returns {number | undefined} `undefined` before there are two reports. */
  rate(name, labels) {
    const [before, after] = this.#ends(RATE_WINDOW)
    if (!before) return undefined
    const [from, to] = [before.samples.sum(name, labels), after.samples.sum(name, labels)]
    // A counter that appears begins at 0; one that falls is another's.
    if (to === undefined || to < (from ?? 0)) return undefined
    return (to - (from ?? 0)) / (after.now - before.now)
  }

  /** What a histogram has counted in the last minute. @returns {Map<number, number>} */
  observations(name) {
    const [before, after] = this.#ends(QUANTILE_WINDOW)
    return before ? difference(before.samples.buckets(name), after.samples.buckets(name)) : new Map()
  }

  #ends(window) {
    const after = this.#reports.at(-1)
    const before = this.#reports.find(({ now }) => after.now - now <= window)
    return before === after ? [] : [before, after]
  }
}
