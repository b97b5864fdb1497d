/**
 * Characters that are not seen, or that change how others are: controls, separators of lines, joiners, marks and overrides of direction,
 * language tags, lone surrogates.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]/gu

/**
 * A stranger's text as it can be shown: what would hide in it is seen, so that two names that look alike are alike.
 * @param {string} text
 * @param {number} [longest] How many characters are shown at most.
 */
export function visible(text, longest = 4096) {
  const shown = text.length > longest ? `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')}…` : text
  return shown.replace(HIDDEN, (character) => `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
}

const utf8 = new TextEncoder()

/** How many bytes a text has in UTF-8. */
export const byteLength = (text) => utf8.encode(text).length
