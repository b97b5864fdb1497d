import { backoff } from './backoff.js'
import { transportsAmong } from './crowd.js'
import { Follower } from './follower.js'
import { Leader, newName } from './leader.js'
import { nameOf } from './share_name.js'

/** How often a leader is asked for a sign of life, and how long it has for that, in milliseconds. */
const [WATCH, PATIENCE] = [10_000, 3000]

/**
 * A part of what the tabs of an origin share that listen to the same: one of them leads and has the connection, and tells the others
 * what comes. Each follows with a place of its own.
 *
 * Whoever holds the lock leads. The browser gives it to the next one when its tab has gone, in whatever way.
 */
export class Share {
  #settings
  #access
  #publisher
  #sink
  #id = newName()
  #name = ''
  #isClosed = false
  #isPaused = false
  /** Ends what goes on while the page takes part. @type {AbortController | undefined} */
  #stay
  /** @type {Follower | undefined} */
  #follower
  /** What this tab does while it leads. @type {Leader | undefined} */
  #leader
  #resign = () => {}
  #end
  /** How often the connection was lost in a row. */
  #losses = 0

  /**
   * @param {import('./settings.js').Settings} settings
   * @param {import('./access.js').Access} access
   * @param {import('./publishing.js').Publisher} publisher
   * @param {import('./delivery.js').Sink} sink
   */
  constructor(settings, access, publisher, sink) {
    this.#settings = settings
    this.#access = access
    this.#publisher = publisher
    this.#end = sink.lost
    this.#sink = {
      ...sink,
      open: () => {
        this.#losses = 0
        sink.open()
      },
      lost: (error, isFinal) => {
        if (error && isFinal) return this.#refuse(error)
        if (error) this.#hurry()
        sink.lost(error)
      },
    }
  }

  /** Whether the page may share: a frame that is put in a sandbox has nothing in common with others, nor has a page without storage. */
  static async isAllowed() {
    return navigator.locks.query().then(() => globalThis.origin !== 'null', () => false)
  }

  /** The address of the member in use. */
  get base() {
    return new URL(this.#follower?.way?.base ?? this.#settings.bases[0])
  }

  /** The name of the transport in use. */
  get transport() {
    return this.#follower?.way?.transport ?? this.#settings.transports[0]
  }

  /** Takes part from now on. */
  async run() {
    // The page may add its listeners first.
    await undefined
    this.#name = await nameOf(this.#settings, this.#access)
    // A page that the browser puts aside can't lead; it may come back.
    globalThis.addEventListener('pagehide', this.#leave)
    this.#enter()
  }

  /** Ends it for good. */
  close() {
    this.#isClosed = true
    globalThis.removeEventListener('pagehide', this.#leave)
    this.#leave()
  }

  /** Takes no part, and keeps the place. */
  pause() {
    this.#isPaused = true
    this.#leave()
  }

  /** Goes on after `pause`. */
  resume() {
    this.#isPaused = false
    this.#enter()
  }

  /** The page comes back from where it could notice nothing. @param {boolean} isElsewhere Whether no connection can be expected to work. */
  doubt(isElsewhere) {
    this.#enter()
    this.#follower?.tell({ kind: 'doubt', isElsewhere, by: this.#id })
    this.#examine()
  }

  /**
   * Publishes, first on the member in use.
   * @param {string | string[]} topic
   * @param {unknown} data
   * @param {import('./publishing.js').PublishOptions} options
   */
  publish(topic, data, options) {
    const { bases } = this.#settings
    const first = Math.max(0, bases.findIndex(({ href }) => href === this.base.href))
    return this.#publisher.publish(topic, data, options, (tries) => bases[(first + tries) % bases.length])
  }

  #enter() {
    if (this.#stay || this.#isClosed || this.#isPaused || !this.#name) return
    const { signal } = (this.#stay = new AbortController())
    this.#follower = new Follower(this.#name, this.#settings, this.#access, this.#sink, signal)
    this.#stand({ signal }, signal)
    const watch = setInterval(() => document.visibilityState !== 'hidden' && this.#examine(), WATCH)
    signal.addEventListener('abort', () => clearInterval(watch))
  }

  #leave = () => {
    this.#stay?.abort()
    this.#stay = undefined
    this.#abdicate()
  }

  #abdicate() {
    this.#leader?.stop()
    this.#leader = undefined
    this.#resign()
  }

  /**
   * Waits to lead, or takes the lead from a tab that gives no sign of life.
   * @param {LockOptions} how
   * @param {AbortSignal} stay
   */
  async #stand(how, stay) {
    // The lock may be taken away by others, and then it is as before.
    await navigator.locks.request(this.#name, how, () => this.#lead(stay)).catch(() => {})
    if (stay.aborted) return
    this.#abdicate()
    // Whoever took the lead had stood for it, too, and still does.
    if (!how.steal) this.#stand({ signal: stay }, stay)
  }

  /** @param {AbortSignal} stay @returns {Promise<void>} It leads until that is settled. */
  async #lead(stay) {
    const transports = await transportsAmong(this.#settings, this.#name)
    if (stay.aborted || this.#leader) return
    const settings = { ...this.#settings, transports }
    await new Promise((/** @type {(_: void) => void} */ resolve) => {
      this.#resign = resolve
      const refused = (/** @type {import('./error.js').HubError} */ error) => this.#refuse(error)
      this.#leader = new Leader(settings, this.#access, this.#publisher, this.#name, this.#sink.cursor(), refused)
    })
  }

  /** What the hub refuses to this tab it may grant to another one, so that one leads. @param {import('./error.js').HubError} error */
  #refuse(error) {
    this.close()
    this.#end(error, true)
  }

  /** In the background a leader's time passes slowly: it waits for minutes before the next try, unless a tab that is seen counts for it. */
  #hurry() {
    const [stay, follower] = [this.#stay, this.#follower]
    if (!stay || document.visibilityState === 'hidden') return
    const timer = setTimeout(() => follower?.tell({ kind: 'hurry' }), backoff(this.#losses++))
    stay.signal.addEventListener('abort', () => clearTimeout(timer))
  }

  /** A leader in the background has time for a word; one that is frozen has not. */
  #examine() {
    const [stay, follower] = [this.#stay, this.#follower]
    if (!stay || this.#leader) return
    const askedAt = performance.now()
    follower?.tell({ kind: 'ask' })
    const steal = () => follower && follower.heardAt < askedAt && this.#stand({ steal: true }, stay.signal)
    const timer = setTimeout(steal, PATIENCE)
    stay.signal.addEventListener('abort', () => clearTimeout(timer))
  }
}
