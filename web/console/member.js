import { Counting } from './counting.js'
import { quantile } from './quantile.js'
import { Series } from './series.js'

/** What is plotted of a member, and how it is found. @type {Record<string, (counting: Counting) => number | undefined>} */
const PLOTS = {
  streams: ({ samples }) => samples.sum('hub_streams'),
  published: (counting) => counting.rate('hub_events_published_total'),
  delivered: (counting) => counting.rate('hub_events_delivered_total'),
  bytes: (counting) => counting.rate('hub_delivered_bytes_total'),
  lag: (counting) => quantile(counting.observations('hub_loop_lag_seconds'), 0.99),
  processor: (counting) => counting.rate('process_cpu_seconds_total'),
  memory: ({ samples }) => samples.sum('process_resident_memory_bytes'),
}

/** One process of the cluster, by its reports. */
export class Member {
  /** An id that lasts as long as the process. */
  id
  /** The newest report. */
  report
  /** When it last answered, in milliseconds by the page's clock. */
  seen = 0
  /** @type {'here' | 'gone' | 'replaced' | 'unreached'} */
  presence = 'here'
  plots = Object.fromEntries(Object.keys(PLOTS).map((name) => [name, new Series()]))
  #counting = new Counting()

  /** @param {string} id @param {number} since When it was seen first, in milliseconds by the page's clock. */
  constructor(id, since) {
    this.id = id
    this.since = since
  }

  /** @param {any} report @param {number} at In milliseconds by the page's clock. */
  take(report, at) {
    this.report = report
    this.seen = at
    this.presence = 'here'
    this.#counting.take(report.now, report.metrics)
    for (const [name, find] of Object.entries(PLOTS)) this.plots[name].add(at, find(this.#counting))
  }

  get host() {
    return this.report.host
  }

  get samples() {
    return this.#counting.samples
  }

  /** How long events took in the last minute, from the bus to the streams. */
  get deliveries() {
    return this.#counting.observations('hub_delivery_latency_seconds')
  }

  /** How long it has run, in seconds. */
  get age() {
    return this.report.now - this.report.started
  }

  /** @returns {'ready' | 'unready' | 'draining' | 'gone' | 'replaced' | 'unreached'} */
  get state() {
    if (this.presence !== 'here') return this.presence
    if (this.report.draining) return 'draining'
    return this.report.ready ? 'ready' : 'unready'
  }
}
