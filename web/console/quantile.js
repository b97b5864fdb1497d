/**
 * Where a part of a histogram's observations lies: within its bucket they are taken to be spread evenly, as Prometheus does.
 * @param {Map<number, number>} buckets Cumulative counts by upper bounds, rising, the last one's Infinity.
 * @param {number} part Between 0 and 1.
 * @returns {number | undefined} `undefined` without observations; what is beyond all bounds counts as the highest.
 */
export function quantile(buckets, part) {
  const bounds = [...buckets]
  const total = bounds.at(-1)?.[1] ?? 0
  if (!(total > 0)) return undefined
  const wanted = part * total
  let [below, before] = [0, 0]
  for (const [bound, count] of bounds) {
    if (count >= wanted && count > before) {
      return bound === Infinity ? below : below + ((bound - below) * (wanted - before)) / (count - before)
    }
    ;[below, before] = [bound, count]
  }
  return below
}

/** What came into a histogram between two times. @param {Map<number, number>} before @param {Map<number, number>} after */
export function difference(before, after) {
  return new Map([...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)]))
}

/** Several histograms of the same bounds in one. @param {Map<number, number>[]} histograms */
export function together(histograms) {
  const sums = new Map()
  for (const histogram of histograms) {
    for (const [bound, count] of histogram) sums.set(bound, (sums.get(bound) ?? 0) + count)
  }
  return sums
}
