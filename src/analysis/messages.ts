import type { Language, ModelIdentity } from '../contract/index.ts'
import type { ErrorCode, ErrorDetails } from '../errors.ts'
import type {
  Analysis,
  AnalysisJob,
  AnalysisStep,
  FrameAnalysis,
  FrameJob,
  FramePicturesJob,
  ModelSource,
} from './analyzer.ts'

/** What a process is started with, as its only argument, in JSON. */
export interface ProcessSettings {
  model: ModelSource
  /** What the directory is to hold: another version is another model, and nobody has chosen it. */
  expected: ModelIdentity
  maxPixels: number
}

/** What a process can do. */
export type Work =
  | { kind: 'picture'; job: AnalysisJob }
  | { kind: 'frame'; job: FrameJob }
  | { kind: 'frame_pictures'; job: FramePicturesJob }

/** What comes of it. */
export interface Results {
  picture: Analysis
  frame: FrameAnalysis
  frame_pictures: null
}

/** To a process. It is sent one job at a time. */
export interface JobMessage {
  id: number
  work: Work
}

/** How a job ended, as data: an error would lose its class and code between processes. */
export type Verdict =
  | { kind: 'done'; result: Results[Work['kind']] }
  /** For a reason that has a name: mostly the file's fault. */
  | { kind: 'refused'; code: ErrorCode; details: ErrorDetails }
  /** Ours, and unforeseen. */
  | { kind: 'failed'; message: string }

/** From a process. */
export type ProcessMessage =
  | { kind: 'ready'; warmUpSeconds: number }
  /** It cannot do any job, for this reason. */
  | { kind: 'unready'; reason: Record<Language, string> }
  | { kind: 'step'; id: number; step: AnalysisStep; fraction: number }
  | { kind: 'verdict'; id: number; verdict: Verdict }
