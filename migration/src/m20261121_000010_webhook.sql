CREATE TABLE webhook_endpoint (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    is_providers boolean NOT NULL,
    url text NOT NULL,
    events /json/ NOT NULL,
    is_enabled boolean NOT NULL,
    generation integer NOT NULL,
    former_until /instant/,
    after_position bigint NOT NULL,
    sequence bigint NOT NULL,
    failing_since /instant/,
    failures integer NOT NULL,
    paused_until /instant/,
    created_at /instant/ NOT NULL
);
CREATE INDEX webhook_endpoint_account ON webhook_endpoint (account_id, id);
CREATE INDEX webhook_endpoint_providers ON webhook_endpoint (id) WHERE is_providers;
CREATE TABLE webhook_delivery (
    id /uuid/ PRIMARY KEY,
    endpoint_id /uuid/ NOT NULL REFERENCES webhook_endpoint (id),
    activity_id /uuid/ NOT NULL REFERENCES activity (id),
    position bigint NOT NULL,
    sequence bigint,
    status text NOT NULL CHECK (status IN ('PENDING', 'DELIVERED', 'FAILED')),
    attempts integer NOT NULL,
    queued_at /instant/ NOT NULL,
    last_attempt_at /instant/,
    last_response_status integer,
    next_attempt_at /instant/,
    CHECK ((status = 'PENDING') = (next_attempt_at IS NOT NULL))
);
CREATE UNIQUE INDEX webhook_delivery_once ON webhook_delivery (endpoint_id, activity_id);
CREATE INDEX webhook_delivery_list ON webhook_delivery (endpoint_id, id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_attempt_at, position) WHERE status = 'PENDING';
CREATE INDEX webhook_delivery_old ON webhook_delivery (queued_at);
CREATE TABLE webhook_position (
    id integer PRIMARY KEY CHECK (id = 1),
    last bigint NOT NULL
);
INSERT INTO webhook_position (id, last) VALUES (1, 0);
CREATE INDEX activity_time ON activity (occurred_at);
