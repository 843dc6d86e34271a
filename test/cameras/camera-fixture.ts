import { readFile } from 'node:fs/promises'
import type { Camera, CameraStatus, NewCamera } from '../../src/contract/index.ts'
import { type AppOptions, fixture, type Listener, type RunningApp, startApp } from '../helpers/app.ts'

/** A server that may connect to cameras on this machine. */
export function startCameraApp(t: Parameters<typeof startApp>[0], { env, ...options }: AppOptions = {}) {
  return startApp(t, { ...options, env: { CAMERA_PRIVATE_RANGES: '127.0.0.0/8', CAMERA_SILENCE_S: '2', ...env } })
}

export const street = () => readFile(fixture('street-small.jpg'))

export async function ask(app: RunningApp, method: string, path: string, body?: object) {
  const answer = await fetch(app.origin + path, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, json: text === '' ? null : JSON.parse(text) }
}

export async function register(app: RunningApp, camera: Partial<NewCamera> & { url: string }): Promise<Camera> {
  const { status, json } = await ask(app, 'POST', '/api/cameras', { name: 'Gate', ...camera })
  if (status !== 201) throw new Error(JSON.stringify(json))
  return json as Camera
}

/** The first message of the camera, heard already or still to come, that fits. */
export function stateOf(listener: Listener, camera: Camera, fits: (status: CameraStatus) => boolean) {
  return listener.until('camera_state', ({ data }) => data.camera_id === camera.camera_id && fits(data))
}
