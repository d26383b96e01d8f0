-- One schema for H2 and PostgreSQL. Times are the database's. There are no foreign keys: their
-- implicit row locks would break the lock order run -> step -> slot.

CREATE TABLE run (
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  job_name VARCHAR(200) NOT NULL,
  job_file VARCHAR(4000) NOT NULL,
  lock_json VARCHAR(1000000) NOT NULL,
  plan_digest VARCHAR(64) NOT NULL,
  submit_key VARCHAR(200),
  origin_run VARCHAR(64),
  state VARCHAR(16) NOT NULL,
  priority INTEGER NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT run_submit_key UNIQUE (submit_key)
);
CREATE INDEX run_by_job ON run (job_name, created_at);

CREATE TABLE step (
  run_id VARCHAR(64) NOT NULL,
  name VARCHAR(200) NOT NULL,
  ordinal INTEGER NOT NULL,
  kind VARCHAR(64) NOT NULL,
  kind_version INTEGER NOT NULL,
  pure BOOLEAN NOT NULL,
  pool VARCHAR(32) NOT NULL,
  parameters_json VARCHAR(1000000) NOT NULL,
  state VARCHAR(16) NOT NULL,
  fence INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  not_before TIMESTAMP WITH TIME ZONE,
  ready_at TIMESTAMP WITH TIME ZONE,
  rung_at TIMESTAMP WITH TIME ZONE,
  lease_owner VARCHAR(64),
  lease_until TIMESTAMP WITH TIME ZONE,
  cancel_requested BOOLEAN NOT NULL,
  progress VARCHAR(1000),
  cache_key VARCHAR(64),
  output_digest VARCHAR(64),
  reason VARCHAR(4000),
  error_code VARCHAR(32),
  started_at TIMESTAMP WITH TIME ZONE,
  ended_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (run_id, name)
);
CREATE INDEX step_by_state ON step (state, pool);

-- An input comes from another step of the run (this is the edge) or from outside of the house.
CREATE TABLE step_input (
  run_id VARCHAR(64) NOT NULL,
  step VARCHAR(200) NOT NULL,
  ordinal INTEGER NOT NULL,
  role VARCHAR(400) NOT NULL,
  from_step VARCHAR(200),
  digest VARCHAR(64),
  path VARCHAR(4000),
  PRIMARY KEY (run_id, step, ordinal)
);

CREATE TABLE attempt (
  run_id VARCHAR(64) NOT NULL,
  step VARCHAR(200) NOT NULL,
  fence INTEGER NOT NULL,
  engine VARCHAR(64) NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  outcome VARCHAR(16) NOT NULL,
  message VARCHAR(4000),
  PRIMARY KEY (run_id, step, fence)
);

CREATE TABLE cache_entry (
  cache_key VARCHAR(64) NOT NULL PRIMARY KEY,
  output_digest VARCHAR(64) NOT NULL,
  run_id VARCHAR(64) NOT NULL,
  step VARCHAR(200) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- Slots are rows that a running step holds; a counter would drift.
CREATE TABLE slot (
  pool VARCHAR(32) NOT NULL,
  n INTEGER NOT NULL,
  holder_run VARCHAR(64),
  holder_step VARCHAR(200),
  holder_fence INTEGER,
  PRIMARY KEY (pool, n)
);

CREATE TABLE review (
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  run_id VARCHAR(64) NOT NULL,
  step VARCHAR(200) NOT NULL,
  subject_digest VARCHAR(64) NOT NULL,
  title VARCHAR(1000) NOT NULL,
  state VARCHAR(16) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  decided_by VARCHAR(200),
  decided_at TIMESTAMP WITH TIME ZONE,
  remark VARCHAR(4000),
  expires_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT review_subject UNIQUE (run_id, step, subject_digest)
);
CREATE INDEX review_by_subject ON review (subject_digest, state);

CREATE TABLE effect (
  effect_key VARCHAR(200) NOT NULL PRIMARY KEY,
  run_id VARCHAR(64) NOT NULL,
  step VARCHAR(200) NOT NULL,
  target VARCHAR(1000) NOT NULL,
  state VARCHAR(16) NOT NULL,
  receipt VARCHAR(100000),
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  done_at TIMESTAMP WITH TIME ZONE
);

-- Doorbells that were promised in a transaction and not rung yet.
CREATE TABLE outbox (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  pool VARCHAR(32) NOT NULL,
  run_id VARCHAR(64) NOT NULL,
  step VARCHAR(200) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- Processes that claim steps.
CREATE TABLE engine (
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  host VARCHAR(400) NOT NULL,
  pid BIGINT NOT NULL,
  pid_started VARCHAR(64) NOT NULL,
  purpose VARCHAR(1000) NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL
);

CREATE TABLE audit (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  who VARCHAR(200) NOT NULL,
  what VARCHAR(64) NOT NULL,
  subject VARCHAR(400) NOT NULL,
  detail VARCHAR(4000)
);
