"""What can be checked of a page's looks and of its use without a mouse."""

# The contrast of every text against what is behind it (WCAG 2.2, 1.4.3), where it is less than it should be.
CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor)
      if (color[3] === 255) return color
    }
    return [255, 255, 255, 255]
  }
  const poor = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    if (!node.data.trim() || !element.checkVisibility() || element.closest('noscript, template')) continue
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x)
    const ratio = (a + 0.05) / (b + 0.05)
    if (ratio < 4.5) poor.push(`${node.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`)
  }
  return poor
}"""

# What every page must have, by name of what is wrong.
FAULTS = """() => {
  const faults = []
  const say = (isFine, what) => isFine || faults.push(what)
  say(document.documentElement.lang === 'en', 'language')
  say(document.querySelectorAll('h1').length === 1, 'one h1')
  say(document.querySelectorAll('main').length === 1, 'one main')
  let level = 1
  for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
    const next = Number(heading.tagName[1])
    say(next <= level + 1, `heading after a gap: ${heading.textContent}`)
    level = next
  }
  for (const field of document.querySelectorAll('input')) say(field.labels.length === 1, `label of ${field.id}`)
  for (const image of document.querySelectorAll('img')) say(image.hasAttribute('alt'), 'alt')
  for (const button of document.querySelectorAll('button, a')) {
    say((button.getAttribute('aria-label') ?? button.textContent).trim(), 'name of a button')
  }
  for (const frame of document.querySelectorAll('iframe')) say(frame.title && frame.hidden, 'title of the frame')
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  say(new Set(ids).size === ids.length, 'an id twice')
  for (const strip of document.querySelectorAll('[role=img]')) say(strip.ariaLabel, 'name of a strip')
  for (const button of document.querySelectorAll('button')) {
    const { width, height } = button.getBoundingClientRect()
    say(!button.checkVisibility() || (width >= 24 && height >= 24), `size of ${button.textContent}`)
  }
  return faults
}"""

# What the ticks of a strip look like, by what they mean, from the legend.
TICKS = """() => Object.fromEntries([...document.querySelectorAll('.legend .tick')].map((tick) => {
  const { backgroundColor, borderTopWidth, borderTopStyle } = getComputedStyle(tick)
  return [tick.classList[1] ?? 'none', [backgroundColor, borderTopWidth, borderTopStyle].join(' ')]
}))"""

FOCUS = """() => {
  const element = document.activeElement
  const style = getComputedStyle(element)
  const name = element.ariaLabel || element.labels?.[0]?.textContent.trim() || element.textContent.trim()
  return { name, isVisible: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }
}"""


def tab_through(page):
    """The names of all that the keyboard reaches, in order; each must show that it has the focus."""
    names = []
    while True:
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if names and (focus["name"] == names[0] or not page.evaluate("() => document.activeElement !== document.body")):
            return names
        assert focus["isVisible"], f"the focus on {focus['name']!r} can't be seen"
        names.append(focus["name"])
        assert len(names) < 60, names
