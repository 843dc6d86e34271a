/** Where the focus goes on the page of a review: to the picture, whose keys move boxes, or to the list of signs. */

export function focusStage(): void {
  document.querySelector<HTMLElement>('.review-stage')?.focus()
}

export function focusSign(): void {
  document.querySelector<HTMLElement>('.review-signs [aria-current=true]')?.focus()
}

export function isOnStage(): boolean {
  return document.activeElement?.matches('.review-stage') === true
}
