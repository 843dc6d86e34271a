const PICTURE_NAME = /\.(jpe?g|png|webp|tiff?|gif|avif)$/i
/** Browsers do not know all of them by type. */
const VIDEO_NAME = /\.(mp4|m4v|mov|mkv|webm|avi|ts|m2ts|mts)$/i

export const ACCEPT = {
  pictures: 'image/jpeg,image/png,image/webp,image/tiff,image/gif,image/avif',
  videos: 'video/*,.mp4,.m4v,.mov,.mkv,.webm,.avi,.ts,.m2ts,.mts',
}

export function isVideo({ name, type }: Pick<File, 'name' | 'type'>): boolean {
  return type.startsWith('video/') || (!type.startsWith('image/') && VIDEO_NAME.test(name))
}

/** What was dropped, pasted or chosen. */
export interface Chosen {
  files: File[]
  /** Files in folders that are neither picture nor video. One that somebody points at is tried all the same. */
  ignored: number
}

/** Files and everything in dropped folders. To be called within the event: afterwards the browser forgets them. */
export async function chosenByDrop(transfer: DataTransfer): Promise<Chosen> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (entries.length === 0) return { files: [...transfer.files], ignored: 0 }
  const single = await Promise.all(entries.filter(isFile).map(fileOf))
  const nested = (await Promise.all(entries.filter(isDirectory).map(filesIn))).flat()
  const { files, ignored } = chosenFromFolder(nested)
  return { files: [...single, ...files], ignored }
}

export function chosenFromFolder(all: readonly File[]): Chosen {
  const isMeant = ({ name }: File) => PICTURE_NAME.test(name) || VIDEO_NAME.test(name)
  const files = all.filter((file) => isMeant(file) && !file.name.startsWith('.'))
  return { files, ignored: all.length - files.length }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

async function filesIn(directory: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = directory.createReader()
  const files: File[] = []
  for (;;) {
    // A reader gives some hundred entries at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (entries.length === 0) return files
    for (const entry of entries) {
      if (isFile(entry)) files.push(await fileOf(entry))
      else if (isDirectory(entry)) files.push(...(await filesIn(entry)))
    }
  }
}
