-- CreateTable
CREATE TABLE "ModelActivation" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "kind" TEXT NOT NULL,
    "modelId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "fromId" TEXT NOT NULL,
    "fromName" TEXT NOT NULL,
    "fromVersion" TEXT NOT NULL,
    "userId" INTEGER,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "ModelActivation_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PrecisionVerdict" (
    "model" TEXT NOT NULL PRIMARY KEY,
    "conditions" TEXT NOT NULL,
    "precision" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "fp32Seconds" REAL NOT NULL,
    "int8Seconds" REAL NOT NULL,
    "checkedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateIndex
CREATE INDEX "ModelActivation_userId_idx" ON "ModelActivation"("userId");
