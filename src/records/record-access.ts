import { hasRole, type Principal } from '../users/principal.ts'

/** As a condition on records: users see their own, analysts and administrators everybody's. */
export function visibleTo(principal: Principal): { userId?: number } {
  return hasRole(principal, 'analyst') ? {} : { userId: principal.userId }
}
