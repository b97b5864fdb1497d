/**
 * @typedef {object} Topic
 * @property {string} topic
 * @property {number} subscribers On all members.
 * @property {number | null} rate Events a second.
 * @property {Record<string, number>} on The subscribers on each member, by its id.
 */

/**
 * The members' answers on topics in one. Subscribers add up. The events of a topic come to every member that listens to it: of rates the
 * highest counts.
 * @param {{ member: string, topics: { topic: string, subscribers: number, rate: number | null }[] }[]} answers
 * @returns {Map<string, Topic>}
 */
export function mergeTopics(answers) {
  const merged = new Map()
  for (const { member, topics } of answers) {
    for (const { topic, subscribers, rate } of topics) {
      const sum = merged.get(topic) ?? { topic, subscribers: 0, rate: null, on: {} }
      sum.subscribers += subscribers
      sum.rate = highest(sum.rate, rate)
      sum.on[member] = subscribers
      merged.set(topic, sum)
    }
  }
  return merged
}

/** Topics in the order of what they make the hub do: events a second to all of their subscribers, then subscribers, then events. */
export function byWork(topics) {
  const work = ({ subscribers, rate }) => subscribers * (rate ?? 0)
  const order = (a, b) => work(b) - work(a) || b.subscribers - a.subscribers || (b.rate ?? 0) - (a.rate ?? 0)
  return [...topics].sort((a, b) => order(a, b) || (a.topic < b.topic ? -1 : 1))
}

const highest = (a, b) => (a === null ? (b ?? null) : Math.max(a, b ?? a))
