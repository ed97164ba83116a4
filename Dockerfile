# One image for web, worker, beat and migrate; compose.yaml says which is which.
FROM python:3.11-slim AS build
COPY requirements/prod.txt /prod.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /prod.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --no-create-home rebattery && install -d -o rebattery /var/lib/rebattery/files
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY rebattery rebattery
COPY intake intake
COPY grading grading
COPY templates templates
# Each received file is read by a process of its own, which would compile our code every time.
RUN python -m compileall -q rebattery intake grading
RUN python manage.py collectstatic --noinput
USER rebattery
EXPOSE 8000
CMD ["gunicorn", "rebattery.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "3", "--threads", "4", "--max-requests", "2000", "--max-requests-jitter", "200", "--worker-tmp-dir", "/dev/shm"]
