CREATE TABLE affiliate (
    account_id /uuid/ PRIMARY KEY REFERENCES account (id),
    code text NOT NULL UNIQUE,
    created_at /instant/ NOT NULL
);
CREATE TABLE referral (
    id /uuid/ PRIMARY KEY,
    affiliate_id /uuid/ NOT NULL REFERENCES affiliate (account_id),
    referred_id /uuid/ NOT NULL UNIQUE REFERENCES account (id),
    order_id /uuid/ REFERENCES "order" (id),
    signed_up_on /date/ NOT NULL,
    created_at /instant/ NOT NULL
);
CREATE INDEX referral_affiliate ON referral (affiliate_id, id);
CREATE TABLE cashback (
    id /uuid/ PRIMARY KEY,
    invoice_line_id /uuid/ NOT NULL UNIQUE REFERENCES invoice_line (id),
    partner_id /uuid/ NOT NULL REFERENCES account (id),
    product_id /uuid/,
    client_account_id /uuid/ NOT NULL REFERENCES account (id),
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    reversed_minor bigint NOT NULL,
    credited_at /instant/ NOT NULL,
    available_at /instant/ NOT NULL,
    released_at /instant/
);
CREATE INDEX cashback_due ON cashback (available_at, id) WHERE released_at IS NULL;
CREATE INDEX cashback_partner ON cashback (partner_id, id);
CREATE TABLE wallet (
    account_id /uuid/ NOT NULL REFERENCES account (id),
    currency text NOT NULL,
    pending_minor bigint NOT NULL,
    available_minor bigint NOT NULL,
    PRIMARY KEY (account_id, currency)
);
CREATE TABLE wallet_entry (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    currency text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('CASHBACK', 'CASHBACK_REVERSAL', 'REFERRAL', 'PAYOUT', 'SPENT', 'ADJUSTMENT')),
    amount_minor bigint NOT NULL,
    public_price_minor bigint,
    rate_bps integer,
    invoice_line_id /uuid/ REFERENCES invoice_line (id),
    product_id /uuid/,
    client_id /uuid/ REFERENCES client (id),
    created_at /instant/ NOT NULL,
    available_at /instant/ NOT NULL
);
CREATE INDEX wallet_entry_account ON wallet_entry (account_id, currency, id);
CREATE INDEX wallet_entry_time ON wallet_entry (created_at);
CREATE TABLE cashback_statement (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    currency text NOT NULL,
    month /date/ NOT NULL,
    opening_minor bigint NOT NULL,
    earned_minor bigint NOT NULL,
    reversed_minor bigint NOT NULL,
    spent_minor bigint NOT NULL,
    paid_out_minor bigint NOT NULL,
    closing_minor bigint NOT NULL,
    created_at /instant/ NOT NULL,
    CONSTRAINT cashback_statement_sum CHECK (closing_minor = opening_minor + earned_minor + reversed_minor + spent_minor + paid_out_minor)
);
CREATE UNIQUE INDEX cashback_statement_once ON cashback_statement (account_id, currency, month);
CREATE TABLE statement_sweep (
    id integer PRIMARY KEY CHECK (id = 1),
    stated_until /date/ NOT NULL
);
CREATE TABLE payout_method (
    account_id /uuid/ PRIMARY KEY REFERENCES account (id),
    holder text NOT NULL,
    iban text NOT NULL,
    changed_at /instant/ NOT NULL
);
CREATE TABLE payout (
    id /uuid/ PRIMARY KEY,
    account_id /uuid/ NOT NULL REFERENCES account (id),
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    status text NOT NULL CHECK (status IN ('REQUESTED', 'APPROVED', 'PAID', 'REJECTED')),
    holder text NOT NULL,
    iban text NOT NULL,
    requested_by_id /uuid/ NOT NULL REFERENCES "user" (id),
    requested_at /instant/ NOT NULL,
    answered_by_id /uuid/ REFERENCES "user" (id),
    answered_at /instant/,
    paid_at /instant/
);
CREATE UNIQUE INDEX payout_open ON payout (account_id, currency) WHERE status IN ('REQUESTED', 'APPROVED');
CREATE INDEX payout_account ON payout (account_id, currency, id);
CREATE INDEX payout_status ON payout (status, id);
CREATE TABLE test_gateway_method (
    reference text PRIMARY KEY,
    token text NOT NULL
);
CREATE TABLE test_gateway_charge (
    key text PRIMARY KEY,
    method text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('SUCCEEDED', 'DECLINED', 'EXPIRED', 'WAITING')),
    reference text NOT NULL,
    created_at /instant/ NOT NULL
);
CREATE INDEX test_gateway_charge_method ON test_gateway_charge (method);
CREATE TABLE test_gateway_refund (
    key text PRIMARY KEY,
    charge text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reference text NOT NULL,
    created_at /instant/ NOT NULL
);
CREATE INDEX test_gateway_refund_charge ON test_gateway_refund (charge);
