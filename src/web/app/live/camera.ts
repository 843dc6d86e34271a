/** Why there is no picture, as far as a page learns it. */
export type CameraProblem = 'insecure' | 'unsupported' | 'none' | 'denied' | 'busy' | 'lost' | 'failed'

/** Which camera: one that is known by its id, or the one that looks away from, or at, whoever holds the phone. */
export type CameraChoice = { deviceId: string } | { facing: 'environment' | 'user' } | null

export interface CameraWish {
  camera: CameraChoice
  /** Lines of the picture; the camera gives what is nearest. */
  lines: number
}

export class CameraError extends Error {
  readonly problem: CameraProblem

  constructor(problem: CameraProblem, cause?: unknown) {
    super(problem, { cause })
    this.problem = problem
  }
}

const problems: { [name: string]: CameraProblem } = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'busy',
  AbortError: 'busy',
}

/** Asks for permission where there is none yet. @throws CameraError */
export async function openCamera({ camera, lines }: CameraWish): Promise<MediaStream> {
  // Browsers hide cameras from pages that others could have changed on their way.
  if (!isSecureContext) throw new CameraError('insecure')
  if (navigator.mediaDevices?.getUserMedia === undefined) throw new CameraError('unsupported')
  try {
    const size = { width: { ideal: (lines * 16) / 9 }, height: { ideal: lines } }
    return await navigator.mediaDevices.getUserMedia({ video: { ...size, ...whichOf(camera) }, audio: false })
  } catch (err) {
    throw new CameraError(problems[(err as Error).name] ?? 'failed', err)
  }
}

/** Cameras of this device; they have names once one of them was allowed. */
export async function listCameras(): Promise<MediaDeviceInfo[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? []
  return devices.filter(({ kind, deviceId, label }) => kind === 'videoinput' && deviceId !== '' && label !== '')
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function whichOf(camera: CameraChoice): MediaTrackConstraints {
  if (camera === null) return {}
  return 'facing' in camera ? { facingMode: { ideal: camera.facing } } : { deviceId: { exact: camera.deviceId } }
}
