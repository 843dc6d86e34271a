#!/usr/bin/env node
// `prisma generate` insists on a native schema engine, which it would download, and never runs it.
// It is pointed at this file instead, so that `npm ci` needs nothing but npm.
if (process.argv.includes('--version')) console.log('schema-engine 0.0.0')
else {
  console.error('There is no native schema engine here. Make migrations with: npm run db:migration -- NAME')
  process.exitCode = 1
}
