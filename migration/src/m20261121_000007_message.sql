CREATE TABLE job (
    id /uuid/ PRIMARY KEY,
    kind text NOT NULL,
    class text NOT NULL CHECK (class IN ('mail', 'webhook', 'charge', 'fast')),
    payload /json/ NOT NULL,
    priority integer NOT NULL CHECK (priority BETWEEN 0 AND 2),
    unique_key text,
    run_at bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('due', 'running', 'done', 'dead')),
    attempts integer NOT NULL,
    max_attempts integer NOT NULL,
    lease /uuid/,
    lease_until bigint,
    last_error text,
    changed_at bigint NOT NULL
);
CREATE INDEX job_due ON job (class, priority, run_at) WHERE state = 'due';
CREATE INDEX job_lease ON job (lease_until) WHERE state = 'running';
CREATE INDEX job_dead ON job (id) WHERE state = 'dead';
CREATE UNIQUE INDEX job_open ON job (unique_key) WHERE state IN ('due', 'running');
CREATE TABLE schedule (
    name text PRIMARY KEY,
    clock text NOT NULL CHECK (clock IN ('product', 'real')),
    every_ms bigint NOT NULL CHECK (every_ms > 0),
    next_at bigint NOT NULL
);
CREATE TABLE notification (
    id /uuid/ PRIMARY KEY,
    kind text NOT NULL,
    subject_id /uuid/ NOT NULL,
    step integer NOT NULL,
    recipient text NOT NULL,
    user_id /uuid/ REFERENCES "user" (id),
    account_id /uuid/ REFERENCES account (id),
    required integer NOT NULL,
    written_by_id /uuid/ REFERENCES account (id),
    locale text NOT NULL,
    data /json/ NOT NULL,
    created_at /instant/ NOT NULL,
    sent_at /instant/,
    failed_at /instant/,
    last_error text
);
CREATE UNIQUE INDEX notification_once ON notification (kind, subject_id, step, recipient);
CREATE INDEX notification_unsent ON notification (created_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX notification_failed ON notification (id) WHERE failed_at IS NOT NULL;
CREATE TABLE notification_preference (
    user_id /uuid/ NOT NULL REFERENCES "user" (id),
    kind text NOT NULL,
    email boolean NOT NULL,
    changed_at /instant/ NOT NULL,
    PRIMARY KEY (user_id, kind)
);
CREATE TABLE bounced_address (
    email text PRIMARY KEY,
    reason text NOT NULL,
    bounced_at /instant/ NOT NULL
);
CREATE TABLE feed_position (
    id integer PRIMARY KEY CHECK (id = 1),
    last bigint NOT NULL
);
CREATE TABLE activity (
    id /uuid/ PRIMARY KEY,
    position bigint NOT NULL UNIQUE,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    kind text NOT NULL,
    required integer NOT NULL,
    product_id /uuid/,
    subject_type text,
    subject_id /uuid/,
    actor_id /uuid/ REFERENCES "user" (id),
    acting_for_id /uuid/ REFERENCES account (id),
    data /json/ NOT NULL,
    occurred_at /instant/ NOT NULL
);
CREATE INDEX activity_account ON activity (account_id, position);
CREATE TABLE audit_entry (
    id /uuid/ PRIMARY KEY,
    occurred_at /instant/ NOT NULL,
    actor_id /uuid/ REFERENCES "user" (id),
    by_staff boolean NOT NULL,
    acting_for_id /uuid/ REFERENCES account (id),
    acted_from_id /uuid/ REFERENCES account (id),
    partnership_id /uuid/ REFERENCES partnership (id),
    operation text NOT NULL,
    account_id /uuid/ REFERENCES account (id),
    subject_type text,
    subject_id /uuid/,
    api_key_id /uuid/ REFERENCES api_key (id),
    outcome text NOT NULL,
    ip text
);
CREATE INDEX audit_entry_account ON audit_entry (account_id, id);
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, id);
CREATE INDEX audit_entry_acting_for ON audit_entry (acting_for_id, id) WHERE acting_for_id IS NOT NULL;
CREATE INDEX audit_entry_acted_from ON audit_entry (acted_from_id, id) WHERE acted_from_id IS NOT NULL;
CREATE INDEX audit_entry_refused ON audit_entry (actor_id, id) WHERE outcome <> 'DONE';
