const two = (number) => `${number}`.padStart(2, '0')

/** A time of day, with the date if that was another day. @param {number} at In milliseconds since 1970. */
export function clock(at, now = Date.now()) {
  const date = new Date(at)
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  if (date.toDateString() === new Date(now).toDateString()) return time
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`
}
