import { SHORT } from './cluster.js'
import { fromTemplate, slot, write, writeParts, writeQuantity } from './elements.js'
import { KeyedRows } from './keyed_rows.js'
import { bytes, count, percent, rate, seconds, text, throughput } from './quantities.js'
import { Sparkline } from './sparkline.js'
import { clock } from './clock.js'
import { visible } from './visible.js'

/** The plots of all members together. @type {[string, string, (value: number) => import('./quantities.js').Quantity][]} */
const TILES = [
  ['streams', 'Streams', count],
  ['published', 'Published', rate],
  ['delivered', 'Delivered', rate],
  ['bytes', 'Traffic', throughput],
  ['latency', 'Delivery latency', seconds],
]

/** What is plotted of each member. */
const COLUMNS = [
  ['streams', 'Streams', count],
  ['published', 'Published', rate],
  ['delivered', 'Delivered', rate],
  ['lag', 'Loop lag', seconds],
  ['processor', 'Processor', percent],
  ['memory', 'Memory', bytes],
]

const STATES = { ready: 'ready', unready: 'not ready', draining: 'draining', gone: 'gone', replaced: 'replaced', unreached: 'not reached' }

/** All members, and what they do together. */
export class ClusterView {
  title = 'Cluster'
  #cluster
  #tiles
  #rows

  /** @param {HTMLElement} section @param {{ cluster: import('./cluster.js').Cluster }} context */
  constructor(section, { cluster }) {
    this.#cluster = cluster
    this.#tiles = TILES.map((tile) => makeTile(section.querySelector('#tiles'), tile))
    this.#rows = new KeyedRows(section.querySelector('#members'), () => makeRow(cluster))
  }

  open() {}

  /** The reports have it all. */
  async refresh() {}

  show() {
    for (const show of this.#tiles) show(this.#cluster)
    this.#rows.show(this.#cluster.members.map((member) => [member.id, member]))
  }
}

function makeTile(list, [name, label, quantity]) {
  const tile = fromTemplate('tile')
  const plot = new Sparkline(label, (value) => text(quantity(value)))
  write(slot(tile, 'name'), label)
  slot(tile, 'value').after(plot.element)
  list.append(tile)
  return (cluster) => {
    writeQuantity(slot(tile, 'value'), quantity(cluster.plots[name].last))
    plot.show(cluster.plots[name], cluster.at)
    if (name === 'streams') writeParts(slot(tile, 'aside'), byTransport(cluster.transports))
  }
}

function makeRow(cluster) {
  const row = fromTemplate('member-row')
  const plots = COLUMNS.map(([name, label, quantity]) => {
    const plot = new Sparkline(label, (value) => text(quantity(value)))
    slot(row, name).after(plot.element)
    return [name, quantity, plot]
  })
  return {
    row,
    show(member) {
      row.dataset.presence = member.presence
      showWho(row, member, cluster)
      for (const [name, quantity, plot] of plots) {
        writeQuantity(slot(row, name), quantity(member.presence === 'here' ? member.plots[name].last : undefined))
        plot.show(member.plots[name], cluster.at)
      }
      showDetails(row, member)
    },
  }
}

function showWho(row, { id, host, report, age, state, presence, seen }, cluster) {
  write(slot(row, 'host'), visible(host, 120))
  slot(row, 'self').hidden = id !== cluster.asked
  const loops = report.loops === 1 ? '1 loop' : `${report.loops} loops`
  write(slot(row, 'about'), `${visible(id.slice(0, SHORT))} · ${visible(report.version, 32)}`)
  write(slot(row, 'age'), `${loops} · up ${text(seconds(Math.floor(age)))}`)
  showState(slot(row, 'state'), state, STATES[state])
  write(slot(row, 'since'), presence === 'here' ? '' : `since ${clock(seen)}`)
}

function showDetails(row, { samples, presence }) {
  // What a member said last is not how it is.
  const isHere = presence === 'here'
  writeParts(slot(row, 'transports'), isHere ? byTransport(samples.by('hub_streams', 'transport')) : [])
  writeQuantity(slot(row, 'connections'), count(isHere ? samples.sum('hub_connections') : undefined))
  write(slot(row, 'limit'), isHere ? `of ${text(count(samples.sum('hub_connections_limit')))}` : '')
  slot(row, 'bus').hidden = slot(row, 'reconnects').hidden = !isHere
  const isReady = samples.sum('hub_bus_ready') === 1
  showState(slot(row, 'bus'), isReady ? 'ready' : 'unready', isReady ? 'connected' : 'not connected')
  write(slot(row, 'reconnects'), reconnects(samples.sum('hub_redis_reconnects_total')))
}

/** Only what has a connection to Redis counts how often it was lost. */
function reconnects(number) {
  if (number === undefined) return 'in memory'
  return number === 1 ? '1 reconnect' : `${text(count(number))} reconnects`
}

function showState(node, state, word) {
  node.dataset.state = state
  write(node, word)
}

function byTransport(transports) {
  return [...transports].filter(([, streams]) => streams > 0).map(([name, streams]) => `${visible(name, 20)} ${text(count(streams))}`)
}
