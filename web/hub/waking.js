/** How often the clock is looked at, in milliseconds. */
const TICK = 1000

/** A clock that goes on by so much between two looks, in milliseconds, has not been looked at: the machine slept. */
const SLEPT = 4000

/**
 * Notices that the page, or the machine that it is on, comes back from where it could notice nothing: after sleep, out of the
 * background or the browser's cache of pages, into another network.
 *
 * Not every sleep is told by an event, so the clock is watched too.
 */
export class Waking {
  #onWake
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer
  #seen = 0

  /**
   * @param {(isElsewhere: boolean) => void} onWake Is told whether connections of before can't be expected to work: the network is
   *   another one, or the browser has put the page aside.
   */
  constructor(onWake) {
    this.#onWake = onWake
  }

  start() {
    for (const target of targets()) {
      for (const type of TYPES) target.addEventListener(type, this.#take)
    }
    this.#seen = Date.now()
    this.#timer = setInterval(this.#look, TICK)
    // It is no reason for Node to go on.
    if (typeof this.#timer === 'object') this.#timer.unref?.()
  }

  stop() {
    for (const target of targets()) {
      for (const type of TYPES) target.removeEventListener(type, this.#take)
    }
    clearInterval(this.#timer)
  }

  #take = (/** @type {any} */ { type, persisted }) => {
    if (type === 'online') return this.#onWake(true)
    // The first one is that of a page that has just been loaded.
    if (type === 'pageshow') return persisted === false ? undefined : this.#onWake(true)
    if (type === 'resume' || !isHidden()) this.#onWake(false)
  }

  #look = () => {
    const pause = Date.now() - this.#seen
    this.#seen = Date.now()
    // A page that nobody sees is woken when it pleases the browser.
    if (pause > SLEPT && !isHidden()) this.#onWake(false)
  }
}

const TYPES = ['online', 'pageshow', 'visibilitychange', 'resume']

/** The document's own events come to the window too, unless a script made them. */
function targets() {
  return [globalThis, globalThis.document].filter((target) => typeof target?.addEventListener === 'function')
}

function isHidden() {
  return globalThis.document?.visibilityState === 'hidden'
}
