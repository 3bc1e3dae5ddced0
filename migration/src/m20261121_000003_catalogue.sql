CREATE TABLE offering (
    id /uuid/ PRIMARY KEY,
    sku text NOT NULL UNIQUE,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('WEBSITE', 'HOSTING', 'DOMAIN', 'EMAIL', 'CLOUD')),
    created_at /instant/ NOT NULL
);
CREATE TABLE plan (
    id /uuid/ PRIMARY KEY,
    offering_id /uuid/ NOT NULL REFERENCES offering (id),
    name text NOT NULL,
    default_term_months integer NOT NULL CHECK (default_term_months BETWEEN 1 AND 120),
    created_at /instant/ NOT NULL
);
CREATE INDEX plan_offering ON plan (offering_id, id);
CREATE TABLE price (
    id /uuid/ PRIMARY KEY,
    plan_id /uuid/ NOT NULL REFERENCES plan (id),
    currency text NOT NULL,
    term_months integer NOT NULL CHECK (term_months BETWEEN 1 AND 120),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    valid_from /date/ NOT NULL
);
CREATE UNIQUE INDEX price_of_day ON price (plan_id, currency, term_months, valid_from);
