-- AlterTable
ALTER TABLE "Record" ADD COLUMN "duration" REAL;
ALTER TABLE "Record" ADD COLUMN "videoKey" TEXT;

-- AlterTable
ALTER TABLE "Sign" ADD COLUMN "trackId" INTEGER;

-- CreateTable
CREATE TABLE "SignTrack" (
    "recordId" INTEGER NOT NULL,
    "trackId" INTEGER NOT NULL,
    "signClass" JSONB NOT NULL,
    "confidence" REAL NOT NULL,
    "firstTime" REAL NOT NULL,
    "lastTime" REAL NOT NULL,
    "bestTime" REAL NOT NULL,
    "cropKey" TEXT,
    "boxes" JSONB NOT NULL,

    PRIMARY KEY ("recordId", "trackId"),
    CONSTRAINT "SignTrack_recordId_fkey" FOREIGN KEY ("recordId") REFERENCES "Record" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "SignTrack_cropKey_key" ON "SignTrack"("cropKey");

-- CreateIndex
CREATE UNIQUE INDEX "Record_videoKey_key" ON "Record"("videoKey");
