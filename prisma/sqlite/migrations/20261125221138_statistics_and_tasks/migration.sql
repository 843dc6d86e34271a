-- CreateIndex
CREATE INDEX "Record_day_processingTime_reviewState_idx" ON "Record"("day", "processingTime", "reviewState");

-- CreateIndex
CREATE INDEX "Task_queuedAt_idx" ON "Task"("queuedAt");
