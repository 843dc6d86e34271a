FROM node:22-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc prisma.config.ts tsconfig.json tsconfig.build.json ./
COPY prisma prisma
COPY scripts scripts
COPY src src
COPY assets assets
COPY models models
RUN npm ci --omit=dev && mkdir -p data media && chown -R node:node data media
USER node
ENV HOST=0.0.0.0
EXPOSE 8000
VOLUME ["/app/data", "/app/media"]
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8000/health/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "dist/src/server.js"]
