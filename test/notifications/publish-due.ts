// A process of its own that pushes what is due: publish-due.js DATABASE_URL NOW
import { openDb } from '../../src/db/index.ts'
import { EventLog } from '../../src/events/event-log.ts'
import { MemoryEventBus } from '../../src/events/memory-event-bus.ts'
import { NotificationService } from '../../src/notifications/notification-service.ts'

const [url, now] = process.argv.slice(2)
const onError = (err: unknown) => {
  throw err
}
const db = await openDb(String(url))
const events = new EventLog(db, new MemoryEventBus(onError))
await new NotificationService({ db, events, onError, now: () => Number(now) }).publishDue()
await db.$disconnect()
