export function logit(probability: number): number {
  return Math.log(probability / (1 - probability))
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}
