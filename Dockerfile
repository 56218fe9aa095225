# docker build -t joinery . && docker run --read-only --stop-timeout 35 -v joinery:/data -p 8000:8000 \
#   -e JOINERY_AUTH_SECRET=… -e JOINERY_CONNECT_SECRET=… joinery
# It needs nothing writable but /data, where SQLite's file is. `docker run … joinery migrate` goes
# before the first start of each version.

FROM node:22-slim AS graphiql
WORKDIR /app/graphiql
COPY graphiql/package.json graphiql/package-lock.json graphiql/.npmrc ./
RUN npm ci
COPY graphiql ./
RUN npm run build

FROM python:3.13-slim AS packages
# requirements-otel.txt, to send traces: docker build --build-arg REQUIREMENTS=requirements-otel.txt
ARG REQUIREMENTS=requirements.txt
COPY deploy/${REQUIREMENTS} /requirements.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 JOINERY_ENV=production
RUN useradd --uid 10001 --no-create-home joinery && install --directory --owner=joinery /data
COPY --from=packages /venv /venv
COPY . /app
COPY --from=graphiql /app/transport/static /app/transport/static
RUN python -m compileall -q /app
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# Whether the process answers: a database that is away is no reason to restart it.
HEALTHCHECK --start-period=30s CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=5)"]
ENTRYPOINT ["python", "/app/server.py"]
CMD ["serve", "--host", "0.0.0.0"]
