export type * from '../contract/index.ts'
export type { Clock } from './clock.ts'
export type { FramePicture } from './frame-flow.ts'
export type { FrameMark } from './frame-message.ts'
export {
  type CameraEnd,
  type CameraEvents,
  type CameraState,
  type FrameAnswer,
  HzCamera,
} from './hz-camera.ts'
export { HzClient, type HzClientOptions } from './hz-client.ts'
export { HzError } from './hz-error.ts'
export { type Following, LiveSocket, type LiveSocketOptions } from './live-socket.ts'
export type { SocketLike, StringStorage } from './page-globals.ts'
export type { CommandAnswers, CommandOptions } from './pending-commands.ts'
export { type QueryValues, type RequestOptions, Rest, type RestOptions, type UploadOptions } from './rest.ts'
export type { ResumableUploadOptions } from './resumable-upload.ts'
export type { Answer, CallArguments, CallOptions, Route, Routes } from './routes.ts'
export { Session, type SessionEvents, type SessionOptions } from './session.ts'
export type { Reset, SocketEvents, SocketState } from './socket-events.ts'
export { memoryStorage } from './storage.ts'
export type { Surroundings, SurroundingsChange } from './surroundings.ts'
export type { UploadFile } from './upload.ts'
