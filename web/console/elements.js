/**
 * A new element. Everything is text: nothing that the hub says is ever read as markup.
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...children)
  return made
}

/** What a template of the page has in it. @param {string} id @returns {HTMLElement} */
export function fromTemplate(id) {
  return document.querySelector(`template#${id}`).content.firstElementChild.cloneNode(true)
}

/** Writes a text where another one stands. What stays is left alone, so that a selection and a screen reader's place last. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/** Writes a number and its unit into an element with two parts. @param {Element} node @param {import('./quantities.js').Quantity} quantity */
export function writeQuantity(node, { number, unit }) {
  if (node.childElementCount !== 2) node.replaceChildren(element('b'), ' ', element('i'))
  write(node.children[0], number)
  write(node.children[1], unit)
}

/** Writes short texts beside each other, none of which is broken over lines. @param {Element} node @param {string[]} parts */
export function writeParts(node, parts) {
  if (node.childElementCount !== parts.length) node.replaceChildren(...parts.flatMap(() => [element('span'), ' ']))
  for (const [index, part] of parts.entries()) write(node.children[index], part)
}

/** The part of an element that is marked for something. @param {Element} within @param {string} name @returns {HTMLElement} */
export function slot(within, name) {
  return within.querySelector(`[data-slot="${name}"]`)
}
