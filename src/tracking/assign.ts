/**
 * The assignment of rows to columns whose sum of costs is least, where a pair of infinite cost is never made: the Hungarian
 * method with potentials and shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987), O(rows² · columns).
 *
 * @param costs `[rows][columns]`, each finite and below 1000, or infinite
 * @returns for each row its column, or null
 */
export function assign(costs: readonly (readonly number[])[]): Array<number | null> {
  const rows = costs.length
  const columns = costs[0]?.length ?? 0
  if (rows === 0 || columns === 0) return costs.map(() => null)
  // Every row may stay alone, at a price above any that is real: then there is always an assignment.
  const width = columns + rows
  const cost = (row: number, column: number) => {
    const real = column < columns ? (costs[row]?.[column] ?? Number.POSITIVE_INFINITY) : ALONE
    return Number.isFinite(real) ? real : NEVER
  }
  const columnOf = solve(rows, width, cost)
  return columnOf.map((column, row) => (column < columns && cost(row, column) < ALONE ? column : null))
}

const ALONE = 1e3
const NEVER = 1e6

/** As many rows as there are columns, or fewer. Rows and columns count from 1 inside; column 0 stands for "none yet". */
function solve(rows: number, columns: number, cost: (row: number, column: number) => number): number[] {
  const rowPotential = new Array<number>(rows + 1).fill(0)
  const columnPotential = new Array<number>(columns + 1).fill(0)
  const rowOf = new Array<number>(columns + 1).fill(0)
  for (let row = 1; row <= rows; row++) {
    rowOf[0] = row
    augment(shortestPath(rowOf, rowPotential, columnPotential, cost), rowOf)
  }
  const columnOf = new Array<number>(rows).fill(0)
  for (let column = 1; column <= columns; column++) {
    if (rowOf[column] !== 0) columnOf[(rowOf[column] as number) - 1] = column - 1
  }
  return columnOf
}

/** From the row at column 0, which has none, to a column without a row; raises the potentials on the way. */
function shortestPath(
  rowOf: number[],
  rowPotential: number[],
  columnPotential: number[],
  cost: (row: number, column: number) => number,
): { end: number; previous: number[] } {
  const columns = rowOf.length - 1
  const distance = new Array<number>(columns + 1).fill(Number.POSITIVE_INFINITY)
  const previous = new Array<number>(columns + 1).fill(0)
  const isDone = new Array<boolean>(columns + 1).fill(false)
  let column = 0
  do {
    isDone[column] = true
    const row = rowOf[column] as number
    let step = Number.POSITIVE_INFINITY
    let next = 0
    for (let to = 1; to <= columns; to++) {
      if (isDone[to]) continue
      const reduced = cost(row - 1, to - 1) - (rowPotential[row] as number) - (columnPotential[to] as number)
      if (reduced < (distance[to] as number)) {
        distance[to] = reduced
        previous[to] = column
      }
      if ((distance[to] as number) < step) {
        step = distance[to] as number
        next = to
      }
    }
    for (let to = 0; to <= columns; to++) {
      if (isDone[to]) {
        rowPotential[rowOf[to] as number]! += step
        columnPotential[to]! -= step
      } else distance[to]! -= step
    }
    column = next
  } while (rowOf[column] !== 0)
  return { end: column, previous }
}

function augment({ end, previous }: { end: number; previous: number[] }, rowOf: number[]): void {
  for (let column = end; column !== 0; column = previous[column] as number) {
    rowOf[column] = rowOf[previous[column] as number] as number
  }
}
