/** @typedef {{ number: string, unit: string }} Quantity A number as it is shown, and its unit beside it. */

const NONE = { number: '–', unit: '' }
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const TIMES = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's'], [1e-3, 'ms'], [1e-6, 'µs']]
const SIZES = [[2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB'], [1, 'B']]

/** Three digits, and no fewer than all before the point. What moves keeps its digits, so that it does not twitch. */
function steady(value) {
  if (value >= 99.95 || value === 0) return whole.format(value)
  return value.toFixed(value >= 9.995 ? 1 : 2)
}

const digits = (value) => (Number.isInteger(value) ? whole.format(value) : steady(value))

function scaled(value, scales) {
  const [scale, unit] = scales.find(([scale]) => value >= scale) ?? scales.at(-1)
  return { number: digits(value / scale), unit }
}

/** @param {number | null | undefined} value @param {(value: number) => Quantity} write @returns {Quantity} */
const orNone = (value, write) => (value === undefined || value === null || !Number.isFinite(value) ? NONE : write(value))

/** A number of things. */
export const count = (value, unit = '') => orNone(value, (value) => ({ number: whole.format(value), unit }))

/** Things a second. */
export const rate = (value) => orNone(value, (value) => ({ number: steady(value), unit: '/s' }))

/** A part of one, as of a processor's time. */
export const percent = (value) => orNone(value, (value) => ({ number: steady(value * 100), unit: '%' }))

export const bytes = (value) => orNone(value, (value) => scaled(value, SIZES))

/** Bytes a second. */
export const throughput = (value) => orNone(value, (value) => ({ ...bytes(value), unit: `${bytes(value).unit}/s` }))

/** A time, given in seconds: of more than a minute two units. */
export const seconds = (value) => orNone(value, (value) => {
  if (value === 0) return { number: '0', unit: 's' }
  const index = TIMES.findIndex(([scale]) => value >= scale)
  if (index === -1 || index > 2) return scaled(value, TIMES)
  const [[large, name], [small, part]] = TIMES.slice(index)
  const rest = Math.floor((value % large) / small)
  return { number: `${Math.floor(value / large)}`, unit: rest > 0 ? `${name} ${rest} ${part}` : name }
})

/** A quantity in one text. @param {Quantity} quantity */
export const text = ({ number, unit }) => [number, unit].filter(Boolean).join(unit.startsWith('/') ? '' : ' ')
