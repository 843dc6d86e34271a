-- CreateTable
CREATE TABLE "User" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "username" TEXT NOT NULL,
    "displayName" TEXT NOT NULL DEFAULT '',
    "role" TEXT NOT NULL DEFAULT 'user',
    "passwordHash" TEXT,
    "disabledAt" DATETIME,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateTable
CREATE TABLE "Token" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "hash" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "userId" INTEGER,
    "sessionId" TEXT,
    "name" TEXT NOT NULL DEFAULT '',
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" DATETIME,
    "lastUsedAt" DATETIME,
    "revokedAt" DATETIME,
    CONSTRAINT "Token_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Upload" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "key" TEXT NOT NULL,
    "userId" INTEGER NOT NULL,
    "fileName" TEXT NOT NULL,
    "fileSize" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "mediaType" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "duration" REAL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "Upload_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Task" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" INTEGER NOT NULL,
    "uploadId" TEXT,
    "fileName" TEXT NOT NULL,
    "fileSize" BIGINT NOT NULL,
    "detectionType" TEXT NOT NULL,
    "options" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "requestId" TEXT,
    "retryOfId" TEXT,
    "estimatedTime" REAL NOT NULL,
    "errorCode" TEXT,
    "errorDetails" JSONB,
    "queuedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    CONSTRAINT "Task_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Task_uploadId_fkey" FOREIGN KEY ("uploadId") REFERENCES "Upload" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Record" (
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
    CONSTRAINT "Record_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Sign" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "recordId" INTEGER NOT NULL,
    "userId" INTEGER NOT NULL,
    "day" TEXT NOT NULL,
    "classCode" TEXT NOT NULL,
    "className" TEXT NOT NULL,
    "classNameEn" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "confidence" REAL NOT NULL,
    "x1" INTEGER NOT NULL,
    "y1" INTEGER NOT NULL,
    "x2" INTEGER NOT NULL,
    "y2" INTEGER NOT NULL,
    CONSTRAINT "Sign_recordId_fkey" FOREIGN KEY ("recordId") REFERENCES "Record" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "EventStream" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "head" INTEGER NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE "Event" (
    "stream" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "eventId" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "userId" INTEGER,
    "taskId" TEXT,
    "notificationId" TEXT,
    "data" JSONB NOT NULL,

    PRIMARY KEY ("stream", "seq")
);

-- CreateTable
CREATE TABLE "Notification" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "title" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "level" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "actionRequired" BOOLEAN NOT NULL DEFAULT false,
    "actionUrl" TEXT,
    "audienceKind" TEXT NOT NULL DEFAULT 'all',
    "audienceRole" TEXT,
    "audienceUserId" INTEGER,
    "createdById" INTEGER NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startsAt" DATETIME NOT NULL,
    "expiresAt" DATETIME,
    "publishedAt" DATETIME,
    "withdrawnAt" DATETIME
);

-- CreateTable
CREATE TABLE "NotificationReceipt" (
    "notificationId" TEXT NOT NULL,
    "userId" INTEGER NOT NULL,
    "readAt" DATETIME,
    "acknowledgedAt" DATETIME,

    PRIMARY KEY ("notificationId", "userId"),
    CONSTRAINT "NotificationReceipt_notificationId_fkey" FOREIGN KEY ("notificationId") REFERENCES "Notification" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "NotificationReceipt_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "TimingProfile" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "sums" JSONB NOT NULL,
    "updatedAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "FileRemoval" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateIndex
CREATE UNIQUE INDEX "User_username_key" ON "User"("username");

-- CreateIndex
CREATE UNIQUE INDEX "Token_hash_key" ON "Token"("hash");

-- CreateIndex
CREATE INDEX "Token_userId_kind_idx" ON "Token"("userId", "kind");

-- CreateIndex
CREATE INDEX "Token_sessionId_idx" ON "Token"("sessionId");

-- CreateIndex
CREATE UNIQUE INDEX "Upload_key_key" ON "Upload"("key");

-- CreateIndex
CREATE INDEX "Upload_userId_createdAt_idx" ON "Upload"("userId", "createdAt");

-- CreateIndex
CREATE INDEX "Upload_createdAt_idx" ON "Upload"("createdAt");

-- CreateIndex
CREATE INDEX "Task_status_queuedAt_idx" ON "Task"("status", "queuedAt");

-- CreateIndex
CREATE INDEX "Task_userId_queuedAt_idx" ON "Task"("userId", "queuedAt");

-- CreateIndex
CREATE INDEX "Task_userId_requestId_idx" ON "Task"("userId", "requestId");

-- CreateIndex
CREATE INDEX "Task_uploadId_idx" ON "Task"("uploadId");

-- CreateIndex
CREATE INDEX "Task_finishedAt_idx" ON "Task"("finishedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Record_taskId_key" ON "Record"("taskId");

-- CreateIndex
CREATE UNIQUE INDEX "Record_resultKey_key" ON "Record"("resultKey");

-- CreateIndex
CREATE UNIQUE INDEX "Record_thumbnailKey_key" ON "Record"("thumbnailKey");

-- CreateIndex
CREATE INDEX "Record_userId_id_idx" ON "Record"("userId", "id");

-- CreateIndex
CREATE INDEX "Record_createdAt_idx" ON "Record"("createdAt");

-- CreateIndex
CREATE INDEX "Record_day_totalDetections_idx" ON "Record"("day", "totalDetections");

-- CreateIndex
CREATE INDEX "Record_userId_day_totalDetections_idx" ON "Record"("userId", "day", "totalDetections");

-- CreateIndex
CREATE INDEX "Record_sourceKey_idx" ON "Record"("sourceKey");

-- CreateIndex
CREATE INDEX "Sign_recordId_confidence_userId_day_classCode_idx" ON "Sign"("recordId", "confidence", "userId", "day", "classCode");

-- CreateIndex
CREATE INDEX "Sign_classCode_recordId_confidence_userId_day_idx" ON "Sign"("classCode", "recordId", "confidence", "userId", "day");

-- CreateIndex
CREATE INDEX "Sign_category_recordId_confidence_userId_day_classCode_idx" ON "Sign"("category", "recordId", "confidence", "userId", "day", "classCode");

-- CreateIndex
CREATE INDEX "Sign_userId_classCode_recordId_confidence_category_day_idx" ON "Sign"("userId", "classCode", "recordId", "confidence", "category", "day");

-- CreateIndex
CREATE INDEX "Sign_userId_recordId_confidence_category_day_classCode_idx" ON "Sign"("userId", "recordId", "confidence", "category", "day", "classCode");

-- CreateIndex
CREATE INDEX "Event_taskId_idx" ON "Event"("taskId");

-- CreateIndex
CREATE INDEX "Event_notificationId_idx" ON "Event"("notificationId");

-- CreateIndex
CREATE INDEX "Notification_publishedAt_startsAt_idx" ON "Notification"("publishedAt", "startsAt");

-- CreateIndex
CREATE INDEX "Notification_startsAt_id_idx" ON "Notification"("startsAt", "id");

-- CreateIndex
CREATE INDEX "Notification_expiresAt_idx" ON "Notification"("expiresAt");
