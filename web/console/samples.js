/** What `/metrics` of one member says at one time. */
export class Samples {
  /** By name, the samples with their labels. @type {Map<string, [Record<string, string>, number][]>} */
  #samples = new Map()

  /** @param {[string, Record<string, string>, number][]} metrics */
  constructor(metrics) {
    for (const [name, labels, value] of metrics) {
      const samples = this.#samples.get(name)
      if (samples) samples.push([labels, value])
      else this.#samples.set(name, [[labels, value]])
    }
  }

  /**
   * The sum of a metric's samples that have some labels.
   * @param {string} name
   * @param {Record<string, string>} [wanted]
   * @returns {number | undefined} `undefined` if the member has no such metric.
   */
  sum(name, wanted = {}) {
    const samples = this.#samples.get(name)
    if (!samples) return undefined
    const conditions = Object.entries(wanted)
    return samples
      .filter(([labels]) => conditions.every(([label, value]) => labels[label] === value))
      .reduce((sum, [, value]) => sum + value, 0)
  }

  /** A metric's samples by one of its labels. @returns {Map<string, number>} */
  by(name, label) {
    const values = new Map()
    for (const [labels, value] of this.#samples.get(name) ?? []) {
      values.set(labels[label], (values.get(labels[label]) ?? 0) + value)
    }
    return values
  }

  /** The cumulative buckets of a histogram, by their upper bounds. @returns {Map<number, number>} */
  buckets(name) {
    const values = new Map()
    for (const [le, count] of this.by(`${name}_bucket`, 'le')) values.set(le === '+Inf' ? Infinity : Number(le), count)
    return new Map([...values].sort(([a], [b]) => a - b))
  }
}
