-- AlterTable
ALTER TABLE "Sign" ADD COLUMN "verdict" TEXT;

-- CreateTable
CREATE TABLE "ReviewedSign" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "recordId" INTEGER NOT NULL,
    "signKey" TEXT NOT NULL,
    "verdict" TEXT,
    "classCode" TEXT NOT NULL,
    "className" TEXT NOT NULL,
    "classNameEn" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "x1" INTEGER NOT NULL,
    "y1" INTEGER NOT NULL,
    "x2" INTEGER NOT NULL,
    "y2" INTEGER NOT NULL,
    "model" JSONB,
    "firstClassCode" TEXT NOT NULL,
    "userId" INTEGER NOT NULL,
    "day" TEXT NOT NULL,
    "reviewerId" INTEGER,
    "reviewedAt" DATETIME,
    CONSTRAINT "ReviewedSign_recordId_fkey" FOREIGN KEY ("recordId") REFERENCES "Record" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "ReviewedSign_reviewerId_fkey" FOREIGN KEY ("reviewerId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ReviewRevision" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "recordId" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "userId" INTEGER,
    "signs" JSONB NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "ReviewRevision_recordId_fkey" FOREIGN KEY ("recordId") REFERENCES "Record" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "ReviewRevision_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RetentionPolicy" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "originalsDays" INTEGER,
    "recordsDays" INTEGER,
    "userId" INTEGER,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastRunAt" DATETIME,
    CONSTRAINT "RetentionPolicy_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Record" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "taskId" TEXT NOT NULL,
    "userId" INTEGER NOT NULL,
    "detectionType" TEXT NOT NULL,
    "fileName" TEXT NOT NULL,
    "fileSize" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "mediaType" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "mode" TEXT NOT NULL,
    "confidenceThreshold" REAL NOT NULL,
    "modelName" TEXT NOT NULL,
    "modelVersion" TEXT NOT NULL,
    "processingTime" REAL NOT NULL,
    "totalDetections" INTEGER NOT NULL,
    "sourceKey" TEXT,
    "resultKey" TEXT,
    "thumbnailKey" TEXT,
    "day" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lowestConfidence" REAL,
    "reviewState" TEXT NOT NULL DEFAULT 'unreviewed',
    "reviewVersion" INTEGER NOT NULL DEFAULT 0,
    "reviewerId" INTEGER,
    "reviewedAt" DATETIME,
    CONSTRAINT "Record_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Record_reviewerId_fkey" FOREIGN KEY ("reviewerId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
INSERT INTO "new_Record" ("confidenceThreshold", "createdAt", "day", "detectionType", "fileName", "fileSize", "height", "id", "mediaType", "mode", "modelName", "modelVersion", "processingTime", "resultKey", "sha256", "sourceKey", "taskId", "thumbnailKey", "totalDetections", "userId", "width") SELECT "confidenceThreshold", "createdAt", "day", "detectionType", "fileName", "fileSize", "height", "id", "mediaType", "mode", "modelName", "modelVersion", "processingTime", "resultKey", "sha256", "sourceKey", "taskId", "thumbnailKey", "totalDetections", "userId", "width" FROM "Record";
DROP TABLE "Record";
ALTER TABLE "new_Record" RENAME TO "Record";
CREATE UNIQUE INDEX "Record_taskId_key" ON "Record"("taskId");
CREATE UNIQUE INDEX "Record_resultKey_key" ON "Record"("resultKey");
CREATE UNIQUE INDEX "Record_thumbnailKey_key" ON "Record"("thumbnailKey");
CREATE INDEX "Record_reviewState_userId_lowestConfidence_idx" ON "Record"("reviewState", "userId", "lowestConfidence");
CREATE INDEX "Record_totalDetections_idx" ON "Record"("totalDetections");
CREATE INDEX "Record_lowestConfidence_idx" ON "Record"("lowestConfidence");
CREATE INDEX "Record_userId_totalDetections_idx" ON "Record"("userId", "totalDetections");
CREATE INDEX "Record_userId_lowestConfidence_idx" ON "Record"("userId", "lowestConfidence");
CREATE INDEX "Record_reviewerId_idx" ON "Record"("reviewerId");
CREATE INDEX "Record_userId_id_idx" ON "Record"("userId", "id");
CREATE INDEX "Record_createdAt_idx" ON "Record"("createdAt");
CREATE INDEX "Record_day_totalDetections_idx" ON "Record"("day", "totalDetections");
CREATE INDEX "Record_userId_day_totalDetections_idx" ON "Record"("userId", "day", "totalDetections");
CREATE INDEX "Record_sourceKey_idx" ON "Record"("sourceKey");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- CreateIndex
CREATE INDEX "ReviewedSign_firstClassCode_verdict_userId_day_recordId_idx" ON "ReviewedSign"("firstClassCode", "verdict", "userId", "day", "recordId");

-- CreateIndex
CREATE INDEX "ReviewedSign_reviewerId_idx" ON "ReviewedSign"("reviewerId");

-- CreateIndex
CREATE UNIQUE INDEX "ReviewedSign_recordId_signKey_key" ON "ReviewedSign"("recordId", "signKey");

-- CreateIndex
CREATE INDEX "ReviewRevision_userId_idx" ON "ReviewRevision"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "ReviewRevision_recordId_version_key" ON "ReviewRevision"("recordId", "version");

-- CreateIndex
CREATE INDEX "RetentionPolicy_userId_idx" ON "RetentionPolicy"("userId");

-- What earlier records would have been stored with
UPDATE "Record" SET "lowestConfidence" = (SELECT MIN(s."confidence") FROM "Sign" s WHERE s."recordId" = "Record"."id");
