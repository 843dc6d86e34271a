-- AlterTable
ALTER TABLE "Record" ADD COLUMN "failedFrames" INTEGER;
