import { write } from './elements.js'
import { address, topicAddress } from './route.js'
import { visible } from './visible.js'

/** How many characters of a stranger's text a row of a table shows. */
const SHORT = 160

/** Writes a link to a topic's view. @param {HTMLAnchorElement} link @param {string | null} topic */
export function linkTopic(link, topic) {
  point(link, topic, topicAddress)
}

/**
 * Writes a link to the streams of an address or a subject.
 * @param {HTMLAnchorElement} link
 * @param {'client' | 'subject'} by
 * @param {string | null} whose
 */
export function linkStreams(link, by, whose) {
  point(link, whose, (whose) => address('streams', { [by]: whose }))
}

function point(link, name, addressOf) {
  link.hidden = name === null
  if (name === null) return write(link, '–')
  const href = addressOf(name)
  if (link.getAttribute('href') !== href) link.setAttribute('href', href)
  // The direction of a name says nothing of what is around it.
  link.dir = 'auto'
  write(link, visible(name, SHORT))
}
