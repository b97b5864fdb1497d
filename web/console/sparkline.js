const NAMESPACE = 'http://www.w3.org/2000/svg'
const WIDTH = 120
const HEIGHT = 24

/** A small plot of a number's last minutes, from 0 or less to the most there was. */
export class Sparkline {
  #svg = make('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', class: 'spark' })
  #area = make('path', { class: 'area' })
  #line = make('path', { class: 'line' })
  #name
  #write

  /** @param {string} name What is plotted. @param {(value: number) => string} write */
  constructor(name, write) {
    this.#name = name
    this.#write = write
    this.#svg.setAttribute('aria-label', this.#describe())
    this.#svg.append(this.#area, this.#line)
  }

  get element() {
    return this.#svg
  }

  /** @param {import('./series.js').Series} series @param {number} at The right edge, in milliseconds. */
  show(series, at) {
    const [low, high] = series.range ?? [0, 0]
    this.#svg.setAttribute('aria-label', this.#describe(series.range))
    const floor = Math.min(0, low)
    const height = Math.max(high - floor, Number.MIN_VALUE)
    const span = series.span(at)
    const place = (point) => [WIDTH * (1 - (at - point.at) / span), HEIGHT - 1 - ((point.value - floor) / height) * (HEIGHT - 3)]
    const runs = series.runs.map((run) => run.map(place).map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`))
    this.#line.setAttribute('d', runs.map((run) => `M${run.join('L')}${run.length === 1 ? 'h.5' : ''}`).join(''))
    this.#area.setAttribute('d', runs.map(closed).join(''))
  }

  #describe(range) {
    if (!range) return `${this.#name}: nothing yet`
    const [low, high] = range.map(this.#write)
    return low === high ? `${this.#name}: ${low} in the last minutes` : `${this.#name}: ${low} to ${high} in the last minutes`
  }
}

function closed(run) {
  const x = (point) => point.split(' ')[0]
  return `M${x(run[0])} ${HEIGHT}L${run.join('L')}L${x(run.at(-1))} ${HEIGHT}Z`
}

function make(name, attributes) {
  const made = document.createElementNS(NAMESPACE, name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  return made
}
