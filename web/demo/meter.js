/** An event that is older than this, in milliseconds, came from the replay. Polling takes a second and a bit. */
const LATE = 2000
const KEPT = 20

/** What one transport has received of the clock, and how well. */
export class Meter {
  received = 0
  missed = 0
  doubled = 0
  /** How each of the last seconds was received, by the second: `live` or `late`. */
  seconds = new Map()
  #last = new Map()
  #latencies = []

  /**
   * Takes a tick.
   * @param {{ clock: string, sequence: number, time: number }} tick
   * @param {number} latency In milliseconds.
   */
  take({ clock, sequence, time }, latency) {
    const last = this.#last.get(clock)
    if (last !== undefined && sequence <= last) {
      this.doubled += 1
      return
    }
    if (last !== undefined) this.missed += sequence - last - 1
    this.#last.set(clock, sequence)
    this.received += 1
    const second = Math.round(time / 1000)
    this.seconds.set(second, latency > LATE ? 'late' : 'live')
    this.seconds.delete(second - 120)
    if (latency > LATE) return
    this.#latencies.push(latency)
    if (this.#latencies.length > KEPT) this.#latencies.shift()
  }

  /** The median of the last live events' latencies, in milliseconds. @returns {number | undefined} */
  get latency() {
    return this.#latencies.slice().sort((a, b) => a - b)[this.#latencies.length >> 1]
  }
}
