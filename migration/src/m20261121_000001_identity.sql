CREATE TABLE programme (
    id /uuid/ PRIMARY KEY,
    name text NOT NULL,
    rate_bps integer NOT NULL CHECK (rate_bps BETWEEN 0 AND 10000),
    contact_email text NOT NULL,
    accepts_access_offers boolean NOT NULL,
    hold_days integer NOT NULL CHECK (hold_days >= 0),
    minimum_payout_minor bigint NOT NULL CHECK (minimum_payout_minor >= 0),
    currency text NOT NULL,
    created_at /instant/ NOT NULL
);
CREATE TABLE programme_kind_rate (
    programme_id /uuid/ NOT NULL REFERENCES programme (id),
    kind text NOT NULL,
    rate_bps integer NOT NULL CHECK (rate_bps BETWEEN 0 AND 10000),
    PRIMARY KEY (programme_id, kind)
);
CREATE TABLE "user" (
    id /uuid/ PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    locale text NOT NULL,
    password_hash text,
    is_staff boolean NOT NULL,
    email_verified_at /instant/,
    created_at /instant/ NOT NULL
);
CREATE TABLE session (
    id /uuid/ PRIMARY KEY,
    user_id /uuid/ NOT NULL REFERENCES "user" (id),
    token_hash text NOT NULL UNIQUE,
    created_at /instant/ NOT NULL,
    expires_at /instant/ NOT NULL,
    ended_at /instant/
);
CREATE INDEX session_by_user ON session (user_id) WHERE ended_at IS NULL;
CREATE TABLE mailed_token (
    id /uuid/ PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('VERIFY_EMAIL', 'RESET_PASSWORD', 'CLAIM_ACCOUNT', 'JOIN', 'CONTRIBUTE', 'CART', 'ACCESS', 'TRANSFER')),
    token_hash text NOT NULL UNIQUE,
    user_id /uuid/ REFERENCES "user" (id),
    email text NOT NULL,
    subject_id /uuid/,
    created_at /instant/ NOT NULL,
    expires_at /instant/ NOT NULL,
    used_at /instant/
);
CREATE TABLE account (
    id /uuid/ PRIMARY KEY,
    name text NOT NULL,
    country text NOT NULL,
    locale text NOT NULL,
    currency text NOT NULL,
    time_zone text NOT NULL,
    vat_id text,
    billing_name text,
    billing_street text,
    billing_postal_code text,
    billing_city text,
    billing_country text,
    programme_id /uuid/ REFERENCES programme (id),
    search text NOT NULL,
    created_at /instant/ NOT NULL
);
-- only postgres
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX account_search ON account USING gin (search gin_trgm_ops) WITH (fastupdate = off);
-- end
CREATE TABLE membership (
    id /uuid/ PRIMARY KEY,
    user_id /uuid/ NOT NULL REFERENCES "user" (id),
    account_id /uuid/ NOT NULL REFERENCES account (id),
    role text NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'BILLING', 'TECHNICAL', 'VIEWER')),
    permissions integer NOT NULL,
    granted_through_id /uuid/,
    created_at /instant/ NOT NULL
);
CREATE UNIQUE INDEX membership_person ON membership (account_id, user_id);
CREATE UNIQUE INDEX membership_owner ON membership (account_id) WHERE role = 'OWNER';
CREATE INDEX membership_user ON membership (user_id);
CREATE INDEX membership_granted ON membership (granted_through_id) WHERE granted_through_id IS NOT NULL;
CREATE TABLE api_key (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    created_by_id /uuid/ NOT NULL REFERENCES "user" (id),
    name text NOT NULL,
    permissions integer NOT NULL CHECK (permissions <> 0),
    secret_hash text NOT NULL UNIQUE,
    granted_through_id /uuid/,
    created_at /instant/ NOT NULL,
    expires_at /instant/,
    last_used_at /instant/,
    revoked_at /instant/
);
CREATE INDEX api_key_account ON api_key (account_id, id) WHERE revoked_at IS NULL;
CREATE INDEX api_key_creator ON api_key (created_by_id) WHERE revoked_at IS NULL;
CREATE INDEX api_key_granted ON api_key (granted_through_id) WHERE revoked_at IS NULL AND granted_through_id IS NOT NULL;
CREATE TABLE member_invitation (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    email text NOT NULL,
    role text NOT NULL CHECK (role IN ('ADMIN', 'BILLING', 'TECHNICAL', 'VIEWER')),
    permissions integer NOT NULL CHECK (permissions <> 0),
    status text NOT NULL CHECK (status IN ('PENDING', 'ACCEPTED', 'WITHDRAWN')),
    invited_by_id /uuid/ NOT NULL REFERENCES "user" (id),
    api_key_id /uuid/ REFERENCES api_key (id),
    granted_through_id /uuid/,
    created_at /instant/ NOT NULL,
    expires_at /instant/ NOT NULL,
    answered_at /instant/
);
CREATE UNIQUE INDEX member_invitation_pending ON member_invitation (account_id, email) WHERE status = 'PENDING';
CREATE INDEX member_invitation_sender ON member_invitation (invited_by_id) WHERE status = 'PENDING';
CREATE INDEX member_invitation_key ON member_invitation (api_key_id) WHERE status = 'PENDING' AND api_key_id IS NOT NULL;
CREATE INDEX member_invitation_granted ON member_invitation (granted_through_id)
    WHERE status = 'PENDING' AND granted_through_id IS NOT NULL;
CREATE TABLE partner_profile (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL UNIQUE REFERENCES account (id),
    slug text NOT NULL UNIQUE,
    headline text NOT NULL,
    description text NOT NULL,
    services /json/ NOT NULL,
    website text,
    is_published boolean NOT NULL,
    search text NOT NULL
);
CREATE UNIQUE INDEX partner_profile_reading ON partner_profile (replace(replace(replace(slug, '-', ''), '0', 'o'), '1', 'l'));
CREATE TABLE idempotency_key (
    user_id /uuid/ NOT NULL,
    account_id /uuid/ NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    input_hash text NOT NULL,
    answer /json/,
    created_at /instant/ NOT NULL,
    PRIMARY KEY (user_id, account_id, operation, key)
);
CREATE TABLE signing_key (
    id integer PRIMARY KEY CHECK (id = 1),
    secret /bytes/ NOT NULL
);
CREATE TABLE clock (
    id integer PRIMARY KEY CHECK (id = 1),
    now_at /instant/ NOT NULL
);
