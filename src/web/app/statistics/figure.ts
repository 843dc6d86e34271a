/** One number of a figure, and where the records are that it counts. */
export interface Cell {
  /** Null: there was nothing to measure. */
  value: number | null
  text: string
  href: string | null
}

export interface Row {
  /** What the row is about, as axis and table call it. */
  label: string
  /** Its colour, where rows and not series differ in it. */
  colour?: string
  cells: Cell[]
}

export interface Series {
  name: string
  /** Left out: the accent of the theme. */
  colour?: string
}

/**
 * The numbers that a chart draws: its picture, its table and its file are all made of them. Each row has as many cells as
 * there are series.
 */
export interface Figure {
  title: string
  /** What is to be seen, in a sentence. */
  summary: string
  /** What the rows are. */
  heading: string
  series: Series[]
  rows: Row[]
}
