/** How often the page asks, in milliseconds. */
const INTERVAL = 2000

/** Does a work again and again while somebody looks at the page; never twice at a time. */
export class Pulse {
  #work
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #isWorking = false
  #isWanted = false
  #isStopped = true

  /** @param {() => Promise<number | void>} work May return how long to wait, in milliseconds. */
  constructor(work) {
    this.#work = work
    document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(this.#timer) : this.now()))
  }

  start() {
    this.#isStopped = false
    this.now()
  }

  stop() {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  /** Works at once, or as soon as what it does now is done. */
  now() {
    if (this.#isStopped || document.hidden) return
    if (this.#isWorking) this.#isWanted = true
    else this.#beat()
  }

  async #beat() {
    clearTimeout(this.#timer)
    this.#isWorking = true
    const start = performance.now()
    let pause = INTERVAL
    try {
      pause = (await this.#work()) ?? INTERVAL
    } finally {
      this.#isWorking = false
      this.#wait(this.#isWanted ? 0 : pause - (performance.now() - start))
      this.#isWanted = false
    }
  }

  #wait(milliseconds) {
    if (this.#isStopped || document.hidden) return
    this.#timer = setTimeout(() => this.now(), Math.max(0, milliseconds))
  }
}
