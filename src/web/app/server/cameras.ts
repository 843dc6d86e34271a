import { queryOptions } from '@tanstack/react-query'
import type { Camera, CameraList, CameraSign } from '../../../contract/index.ts'
import { client } from './client.ts'
import { queries, refresh, topics } from './queries.ts'

/** As many as the server remembers. */
const MAX_LATEST_SIGNS = 12

/** The network cameras that one may see, how they do and what they see; events keep it true. */
export const camerasQuery = queryOptions({
  queryKey: [topics.cameras, 'all'],
  queryFn: ({ signal }) => client.call('GET /api/cameras', { signal }),
})

const { socket } = client
socket.on('camera_state', ({ data }) => {
  const known = queries.getQueryData(camerasQuery.queryKey)?.items.find(({ camera_id }) => camera_id === data.camera_id)
  patch(data.camera_id, (camera) => ({ ...camera, ...data }))
  // A new one; or what comes with such news and is not in it, such as an address.
  if (known?.state !== data.state || known.name !== data.name) refresh(topics.cameras)
})
socket.on('camera_sign', ({ data, snapshot }) => {
  if (snapshot === true) return
  patch(data.camera_id, (camera) => {
    const isKnown = camera.latest_signs.some((other) => keyOfSign(other) === keyOfSign(data))
    if (isKnown) return camera
    return { ...camera, latest_signs: [data, ...camera.latest_signs].slice(0, MAX_LATEST_SIGNS) }
  })
})
// What was told meanwhile of their states is not told again.
socket.on('connection_established', () => refresh(topics.cameras))

/** The same sign of a camera has the same one. */
export function keyOfSign({ period_started_at, sign }: CameraSign): string {
  return `${period_started_at} ${sign.track?.track_id ?? 0}`
}

function patch(cameraId: string, change: (camera: Camera) => Camera): void {
  queries.setQueryData(camerasQuery.queryKey, (list: CameraList | undefined) =>
    list === undefined
      ? undefined
      : { ...list, items: list.items.map((camera) => (camera.camera_id === cameraId ? change(camera) : camera)) },
  )
}
