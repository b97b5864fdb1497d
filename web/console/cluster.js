import { Member } from './member.js'
import { quantile, together } from './quantile.js'
import { Series } from './series.js'

/** How long a member that has gone is shown, in milliseconds. */
const MOURNING = 60_000
/** How many characters of an id tell members apart for the eye. */
export const SHORT = 8

/** The members, as the answers of the last minutes tell. */
export class Cluster {
  /** The id of the member that the page talks to. */
  asked = ''
  /** Why others could not be asked. @type {string | null} */
  unreached = null
  /** When the newest answer came, in milliseconds; 0 before the first. */
  at = 0
  plots = Object.fromEntries(['streams', 'published', 'delivered', 'bytes', 'latency'].map((name) => [name, new Series()]))
  /** @type {Map<string, Member>} */
  #members = new Map()

  /** @param {{ asked: string, unreached: string | null, members: any[] }} answer @param {number} at In milliseconds by the page's clock. */
  take(answer, at) {
    Object.assign(this, { asked: answer.asked, unreached: answer.unreached, at })
    for (const report of answer.members) {
      const member = this.#members.get(report.member) ?? new Member(report.member, at)
      this.#members.set(member.id, member)
      member.take(report, at)
    }
    for (const member of this.#members.values()) this.#miss(member, at)
    this.#plot(at)
  }

  /** All, also those that went a moment ago, in an order that does not change. */
  get members() {
    const name = ({ host, id }) => `${host}\0${id}`
    return [...this.#members.values()].sort((a, b) => (name(a) < name(b) ? -1 : 1))
  }

  /** Those that answered. */
  get present() {
    return this.members.filter(({ presence }) => presence === 'here')
  }

  /** What a member is called: its host, and the beginning of its id where the host has several. @param {string} id */
  nameOf(id) {
    const host = this.#members.get(id)?.host
    const short = id.slice(0, SHORT)
    if (host === undefined) return short
    return this.members.filter((member) => member.host === host).length > 1 ? `${host} (${short})` : host
  }

  /** How many streams there are, by transport. @returns {Map<string, number>} */
  get transports() {
    return together(this.present.map(({ samples }) => samples.by('hub_streams', 'transport')))
  }

  #miss(member, at) {
    if (member.seen === at) return
    // While nobody can be asked, nobody is known to have gone.
    if (this.unreached !== null && (member.presence === 'here' || member.presence === 'unreached')) {
      member.presence = 'unreached'
      return
    }
    member.presence = this.present.some((other) => isSuccessor(other, member)) ? 'replaced' : 'gone'
    if (at - member.seen > MOURNING) this.#members.delete(member.id)
  }

  #plot(at) {
    for (const name of ['streams', 'published', 'delivered', 'bytes']) {
      const known = this.present.filter(({ plots }) => plots[name].last !== undefined)
      this.plots[name].add(at, known.length > 0 ? known.reduce((sum, { plots }) => sum + plots[name].last, 0) : undefined)
    }
    this.plots.latency.add(at, quantile(together(this.present.map(({ deliveries }) => deliveries)), 0.99))
  }
}

/** Whether a process was first seen after another one of its host had been seen last. */
function isSuccessor({ host, since }, { host: before, seen }) {
  return host === before && since > seen
}
