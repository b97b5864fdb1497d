/**
 * @typedef {object} Route
 * @property {'cluster' | 'topics' | 'topic' | 'streams' | 'incidents'} view
 * @property {string} [topic] The name, in the view of one topic.
 * @property {URLSearchParams} query
 */

const VIEWS = ['cluster', 'topics', 'streams', 'incidents']

/** What the part of an address after `#` leads to; what leads nowhere, to the cluster. @param {string} hash @returns {Route} */
export function readRoute(hash) {
  const [path, query = ''] = hash.replace(/^#/, '').split('?', 2)
  if (path.startsWith('topic/')) {
    const topic = decoded(path.slice('topic/'.length))
    if (topic) return { view: 'topic', topic, query: new URLSearchParams(query) }
  }
  const view = VIEWS.find((view) => view === path)
  return { view: view ?? 'cluster', query: new URLSearchParams(view ? query : '') }
}

/** The address of one topic's view. @param {string} topic */
export const topicAddress = (topic) => `#topic/${encodeURIComponent(topic.toWellFormed?.() ?? topic)}`

/** The address of a view. @param {string} view @param {Record<string, string | undefined>} [query] What is empty is left out. */
export function address(view, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value)
  return `#${view}${given.length > 0 ? `?${new URLSearchParams(given)}` : ''}`
}

function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
