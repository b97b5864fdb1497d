import { write } from './elements.js'

/** Asks before something is done that can't be undone. */
export class Confirmation {
  #dialog
  #do

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.#dialog = dialog
    this.#do = dialog.querySelector('[data-answer=yes]')
    this.#do.addEventListener('click', () => dialog.close('yes'))
    dialog.querySelector('[data-answer=no]').addEventListener('click', () => dialog.close('no'))
  }

  /**
   * @param {{ question: string, subject: string, consequence: string, action: string }} what The subject is what it is done to, as it can be shown.
   * @returns {Promise<boolean>}
   */
  ask({ question, subject, consequence, action }) {
    const parts = { question, subject, consequence }
    for (const [name, text] of Object.entries(parts)) write(this.#dialog.querySelector(`#confirm-${name}`), text)
    write(this.#do, action)
    this.#dialog.returnValue = ''
    this.#dialog.showModal()
    return new Promise((resolve) => {
      this.#dialog.addEventListener('close', () => resolve(this.#dialog.returnValue === 'yes'), { once: true })
    })
  }
}
