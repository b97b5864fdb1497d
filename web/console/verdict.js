import { bytes, seconds, text } from './quantities.js'
import { clock } from './clock.js'

/** The part of a limit from which on it is told. */
const NEARLY = 0.8
/** A lag of the loops from which on it is told, in seconds. */
const LAG = 0.1
/** When an end of certificates is told, in seconds before it. */
const EXPIRY = 14 * 86_400

/**
 * @typedef {object} Verdict
 * @property {'good' | 'poor' | 'bad'} level
 * @property {string} headline Whether the cluster works.
 * @property {string[]} reasons Why not, and what else an operator should know, the worst first.
 */

/** Says in words how a cluster is. @param {import('./cluster.js').Cluster} cluster @returns {Verdict} */
export function verdict(cluster) {
  const { members, present } = cluster
  const ready = present.filter(({ state }) => state === 'ready')
  const lame = members.flatMap((member) => lameness(member, cluster.nameOf(member.id)))
  const unreached = cluster.unreached === null ? [] : [`The other members can’t be asked: ${cluster.unreached}`]
  const worries = [...present.flatMap((member) => strains(member, cluster.nameOf(member.id))), ...mixture(present)]
  const level = ready.length === 0 ? 'bad' : lame.length + unreached.length + worries.length > 0 ? 'poor' : 'good'
  return { level, headline: headline(ready.length, members.filter(({ state }) => state !== 'replaced').length), reasons: [...unreached, ...lame, ...worries] }
}

function headline(ready, all) {
  if (all === 1) return ready === 1 ? 'The member is ready.' : 'The member is not ready.'
  if (ready === 0) return `None of ${all} members is ready.`
  return ready === all ? `All ${all} members are ready.` : `${ready} of ${all} members ${ready === 1 ? 'is' : 'are'} ready.`
}

function lameness({ report, state, seen }, name) {
  switch (state) {
    case 'unready': return [`${name} is not ready: ${report.reason ?? 'it does not say why'}`]
    case 'draining': return [`${name} is draining: it takes no new streams, and will stop`]
    case 'gone': return [`${name} has not answered since ${clock(seen)}`]
    default: return []
  }
}

/** What a member is short of. */
function strains({ samples, plots, report }, name) {
  const found = []
  const near = (what, used, limit, write) => {
    if (used === undefined || !(limit > 0) || used < limit * NEARLY) return
    found.push(`${name} is near its limit of ${what}: ${write(used)} of ${write(limit)}`)
  }
  near('connections', samples.sum('hub_connections'), samples.sum('hub_connections_limit'), String)
  near('buffered bytes', samples.sum('hub_buffered_bytes'), samples.sum('hub_buffered_bytes_limit'), (n) => text(bytes(n)))
  near('open files', samples.sum('process_open_fds'), samples.sum('process_max_fds'), String)
  if (plots.lag.last >= LAG) found.push(`${name}’s loops are late: 1 in 100 by ${text(seconds(plots.lag.last))} or more`)
  const left = samples.sum('hub_tls_certificate_expiry_seconds') - report.now
  if (left < EXPIRY) found.push(left > 0 ? `${name}’s certificate ends in ${text(seconds(left))}` : `${name}’s certificate has ended`)
  return found
}

function mixture(members) {
  const versions = [...new Set(members.map(({ report }) => report.version))].sort()
  return versions.length > 1 ? [`The members run different versions: ${versions.join(', ')}`] : []
}
