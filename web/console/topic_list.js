/** How many topics a page shows. */
const SIZE = 50
/** How many busy topics are shown that have what was typed somewhere in their name. */
const CONTAINING = 20
/** How many of the busiest are remembered in the order that they are shown in. */
const MOST = 300
/** How many of the busiest should be near the top. */
const TOP = 10
/** How often the busiest are sorted before they keep their places: at first nobody knows what comes, a second. */
const SETTLING = 3
/** How many buffers are looked at anew at a time: each is a question of its own to the bus. */
const RENEWED = 4

/**
 * Which topics are shown, in which order: the busiest, or by name. What is shown keeps its place until somebody asks for another order,
 * so that no row moves away from under a hand.
 */
export class TopicList {
  /** Why names can't be looked up. @type {Error | undefined} */
  error
  #asker
  #wanted = { find: '', order: 'busiest' }
  /** Those on the page that is shown, when they are looked up by name. @type {string[]} */
  #names = []
  #hasMore = false
  #isLoaded = false
  /** What each page that has been left was asked with. @type {(string | undefined)[]} */
  #before = []
  /** @type {string | undefined} */
  #after
  /** The busy ones in the order that they are shown in. @type {string[]} */
  #busy = []
  #offset = 0
  #hasOvertaken = false
  #sorted = 0
  /** What the buffers of topics held when they were looked at. @type {Map<string, { events: number }>} */
  #held = new Map()
  #renewed = 0

  /** @param {import('./asker.js').Asker} asker */
  constructor(asker) {
    this.#asker = asker
  }

  /** @param {{ find: string, order: 'busiest' | 'name' }} wanted */
  open(wanted) {
    this.#wanted = wanted
    this.error = undefined
    this.#names = []
    this.#before = []
    this.#after = undefined
    this.#busy = []
    this.#offset = this.#sorted = 0
    this.#held.clear()
    this.#hasMore = this.#isLoaded = this.#hasOvertaken = false
  }

  get find() {
    return this.#wanted.find
  }

  get isLoaded() {
    return this.#isLoaded
  }

  get isSortable() {
    return !this.#isByName && this.#busy.length > 1
  }

  /** Whether the order that is shown is no longer that of their work. */
  get hasOvertaken() {
    return this.isSortable && this.#hasOvertaken
  }

  /** The names on the page that is shown. @returns {string[]} */
  get page() {
    if (!this.#isByName) return this.#busy.slice(this.#offset, this.#offset + SIZE)
    const first = this.#before.length === 0 ? this.#busy : []
    return [...first, ...this.#names.filter((name) => !first.includes(name))]
  }

  get place() {
    if (this.#isByName) return `Page ${this.#before.length + 1}`
    return `${this.#offset + 1} to ${this.#offset + this.page.length} of the ${this.#busy.length} busiest`
  }

  get hasPrevious() {
    return this.#isByName ? this.#before.length > 0 : this.#offset > 0
  }

  get hasNext() {
    return this.#isByName ? this.#hasMore : this.#offset + SIZE < this.#busy.length
  }

  get #isByName() {
    return this.#wanted.order === 'name' || this.find !== ''
  }

  /** Looks names up, once for each page. */
  async load() {
    const wanted = this.#wanted
    if (this.#isLoaded || !this.#isByName) {
      this.#isLoaded = true
      return
    }
    try {
      const [exact, { topics, next }] = await Promise.all([this.#exact(), this.#asker.topics({ after: this.#after ?? this.find, limit: SIZE })])
      if (this.#wanted !== wanted) return
      for (const status of topics) this.#held.set(status.topic, status)
      const names = topics.map(({ topic }) => topic).filter((name) => name.startsWith(this.find))
      this.#names = [...exact, ...names]
      this.#hasMore = next !== undefined && names.length === topics.length
      this.error = undefined
      this.#isLoaded = true
    } catch (error) {
      this.error = error
    }
  }

  /** A page of names that come after a text does not have the text itself. */
  async #exact() {
    if (this.#after !== undefined || !this.find) return []
    return (await this.#look(this.find)) ? [this.find] : []
  }

  /** Looks at some of the buffers that are shown, in turn. */
  async renew() {
    const { page } = this
    const some = Array.from({ length: Math.min(RENEWED, page.length) }, () => page[this.#renewed++ % page.length])
    await Promise.all(some.map((topic) => this.#look(topic)))
  }

  /** How many events a topic's buffer holds, as far as that is known. @param {string} topic */
  held(topic) {
    return this.#held.get(topic)?.events
  }

  /** @returns {Promise<boolean>} Whether there is such a topic. */
  async #look(topic) {
    const status = await this.#asker.topic(topic).catch((error) => {
      if (!error.isMistake) throw error
    })
    this.#held.set(topic, status ?? { events: 0 })
    return status !== undefined
  }

  /** Takes the busiest, the busiest first: those that are new go to the end. @param {string[]} busiest */
  meet(busiest) {
    if (this.#isByName) return this.#meetNamed(busiest)
    if (this.#sorted < SETTLING && this.#offset === 0) return this.sort(busiest)
    const known = new Set(this.#busy)
    this.#busy.push(...busiest.filter((topic) => !known.has(topic)).slice(0, Math.max(0, MOST - known.size)))
    const shown = new Set(this.#busy.slice(0, 2 * TOP))
    this.#hasOvertaken = busiest.slice(0, TOP).some((topic) => !shown.has(topic))
  }

  /** Once, since they stand above the names. */
  #meetNamed(busiest) {
    if (this.#busy.length > 0 || !this.find) return
    this.#busy = busiest.filter((topic) => topic.includes(this.find)).slice(0, CONTAINING)
  }

  /** Shows the busiest in the order that they have now. @param {string[]} busiest */
  sort(busiest) {
    this.#busy = [...busiest]
    this.#sorted += 1
    this.#offset = 0
    this.#hasOvertaken = false
  }

  /** @param {1 | -1} by @returns {boolean} Whether there is such a page. */
  turn(by) {
    if (by > 0 ? !this.hasNext : !this.hasPrevious) return false
    if (!this.#isByName) {
      this.#offset += by * SIZE
      return true
    }
    if (by > 0) {
      this.#before.push(this.#after)
      this.#after = this.#names.at(-1)
    } else {
      this.#after = this.#before.pop()
    }
    this.#isLoaded = false
    return true
  }
}
